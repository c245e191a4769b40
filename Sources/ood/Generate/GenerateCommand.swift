import ArgumentParser
import GenModels
import OODDatasets

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate examples with a saved autoencoder or flow.",
    discussion: """
      An autoencoder is applied to uniform noise again and again until little changes: its fixed points (B. Kégl, M. Cherti and \
      A. Kazakçı, 2018). A flow is sampled.
      """)

  @Argument(help: "The saved model.") var file: String
  @Option(help: "Number of examples.") var count = 100
  @Option(help: "Decides the noise.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores unless given. The result does not depend on it.") var threads: Int?
  @OptionGroup var fixedPoints: FixedPointOptions
  @OptionGroup var sampling: SamplingOptions
  @OptionGroup var output: GeneratedOutput
  @Option(help: "text or json.") var format: OutputFormat = .text

  func validate() throws {
    guard count >= 1, threads ?? 1 >= 1 else {
      throw ValidationError("--count and --threads must be 1 or more.")
    }
    try requireOption("--count", count, in: 1...1 << 24)
  }

  /// Refuses more numbers than one tensor holds.
  private func requireRoom(_ exampleShape: Shape) throws {
    let size = Double(count) * Double(max(1, exampleShape.elementCount))
    guard size <= Double(Int32.max) else {
      throw Failure("\(count) examples of shape \(exampleShape) are too many at once; lower --count.")
    }
  }

  func run() async throws {
    let outputs = try output.outputs()
    let contents = try SafetensorsFile(contentsOf: file)
    let kind = try ModelFileFormat.kind(of: contents)
    try Parallelism.withThreads(threads ?? Parallelism.threads) {
      if kind == Flow.kind {
        try fixedPoints.refuse(for: kind, in: file)
        try sample(Flow(safetensors: contents), to: outputs)
      } else {
        try sampling.refuse(for: kind, in: file)
        try findFixedPoints(SavedOracle(contents, path: file), to: outputs)
      }
    }
  }

  private func findFixedPoints(_ model: SavedOracle, to outputs: Outputs) throws {
    try requireRoom(model.exampleShape)
    guard !fixedPoints.trajectory || output.png != nil else {
      throw ValidationError("--trajectory draws a picture: give --png too.")
    }
    guard !fixedPoints.trajectory || output.columns == nil else {
      throw ValidationError("--trajectory has a column for each step shown: leave --columns out.")
    }
    let points = try Working.on("generating \(count) examples") {
      try fixedPoints.generation(count: count)
        .generate(count: count, imageShape: model.exampleShape, from: model, seed: seed)
    }
    let steps = fixedPoints.steps
    try output.write(
      points.images, shape: model.exampleShape, from: file, to: outputs,
      drawing: fixedPoints.trajectory ? points.trajectoryImages(at: steps) : nil,
      columns: fixedPoints.trajectory ? steps.count : nil)
    let distances = points.distances.sorted()
    if format == .json {
      return try JSONOutput.print(
        FixedPointReport(
          count: count, iterations: fixedPoints.mostIterations, converged: points.convergedShare,
          medianDistance: distances[distances.count / 2], files: output.files))
    }
    let share = (points.convergedShare * 100).rounded(digits: 1)
    Console.result("\(count) images, \(share)% of them converged to fixed points, in \(output.names)")
  }

  private func sample(_ flow: Flow, to outputs: Outputs) throws {
    try requireRoom(flow.inputShape)
    let labels = try sampling.labels(count: count, of: flow, in: file)
    var random = RandomGenerator(seed: seed).split("samples")
    let samples = Working.on("generating \(count) examples") {
      flow.sample(count: count, labels: labels, temperature: Float(sampling.temperature ?? 1), using: &random)
    }
    let notFinite = samples.elements.count { !$0.isFinite }
    guard notFinite == 0 else {
      throw Failure(
        "\(notFinite) of the \(samples.count) numbers that \(file) generated are not finite: its training went astray."
      )
    }
    try output.write(samples, shape: Shape(flow.architecture.inputShape), from: file, to: outputs)
    if format == .json {
      return try JSONOutput.print(
        SamplingReport(count: count, temperature: sampling.temperature ?? 1, files: output.files))
    }
    Console.result("\(count) samples, in \(output.names)")
  }

  private struct FixedPointReport: Encodable {
    let count, iterations: Int
    let converged, medianDistance: Double
    let files: [String]

    enum CodingKeys: String, CodingKey {
      case count, iterations, files
      case converged = "converged_share"
      case medianDistance = "median_distance"
    }
  }

  private struct SamplingReport: Encodable {
    let count: Int
    let temperature: Double
    let files: [String]
  }
}
