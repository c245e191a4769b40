import ArgumentParser
import GenModels
import OODDatasets

struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate examples with a saved model.",
    discussion: """
      An autoencoder is applied to uniform noise again and again until little changes: its fixed points (B. Kégl, M. Cherti and \
      A. Kazakçı, 2018). Energies are walked down by chains of Langevin dynamics from noise. Flows, mixtures and other densities are sampled; with --outliers flows make examples as far out as asked \
      (T. Bungert, 2021).
      """)

  @Argument(help: "The saved model.") var file: String
  @Option(help: "Number of examples.") var count = 100
  @Option(help: "Decides the noise.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores unless given. The result does not depend on it.") var threads: Int?
  @OptionGroup var fixedPoints: FixedPointOptions
  @OptionGroup var sampling: SamplingOptions
  @OptionGroup var chain: ChainOptions
  @OptionGroup var outliers: OutlierOptions
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
    let loaded = try LoadedModel(contentsOf: file)
    try Parallelism.withThreads(threads ?? Parallelism.threads) {
      if !(loaded.model is any ChainSampler) { try chain.refuse(for: loaded.kind, in: file) }
      if let generator = try outliers.generator(of: loaded.model, kind: loaded.kind, in: file) {
        try fixedPoints.refuse(for: loaded.kind, in: file)
        try sampling.refuse(for: "--outliers")
        try sample(from: generator, to: outputs)
      } else if let chains = loaded.model as? any ChainSampler & Model {
        try fixedPoints.refuse(for: loaded.kind, in: file)
        try sample(chainsOf: chains, kind: loaded.kind, to: outputs)
      } else if let flow = loaded.model as? Flow {
        try fixedPoints.refuse(for: loaded.kind, in: file)
        try sample(flow, to: outputs)
      } else if let sampler = loaded.model as? any Sampler {
        try fixedPoints.refuse(for: loaded.kind, in: file)
        if sampling.label != nil, let density = sampler as? any ClassConditionalDensity {
          try sampling.refuseTemperature(for: loaded.kind, in: file)
          try sample(classesOf: density, to: outputs)
        } else {
          try sampling.refuse(for: loaded.kind, in: file)
          try sample(from: sampler, to: outputs)
        }
      } else if let oracle = try loaded.oracle() {
        try sampling.refuse(for: loaded.kind, in: file)
        try findFixedPoints(oracle, to: outputs)
      } else {
        throw Failure("\(file) holds a \(loaded.kind), which generates nothing.")
      }
    }
  }

  private func sample(
    chainsOf model: some ChainSampler & Model, kind: String, to outputs: Outputs
  ) throws {
    try requireRoom(model.exampleShape)
    var dynamics = chain.dynamics(model.dynamics)
    if let temperature = sampling.temperature { dynamics.temperature = Float(temperature) }
    var random = RandomGenerator(seed: seed).split("samples")
    let samples = try Working.on("running \(count) chains of \(dynamics.steps) steps") {
      guard sampling.label != nil else { return try model.sample(count: count, by: dynamics, using: &random) }
      guard let joint = model as? JointEnergyModel,
        let labels = try sampling.labels(count: count, classes: joint.classCount, in: file)
      else { throw Failure("\(file) holds a \(kind), which has no classes: leave out --class.") }
      return try joint.sample(labels: labels, by: dynamics, using: &random)
    }
    try report(samples, shape: model.exampleShape, to: outputs)
  }

  private func findFixedPoints(_ model: some ReconstructionOracle, to outputs: Outputs) throws {
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
    try requireRoom(flow.exampleShape)
    let labels = try sampling.labels(count: count, of: flow, in: file)
    var random = RandomGenerator(seed: seed).split("samples")
    let samples = Working.on("generating \(count) examples") {
      flow.sample(count: count, labels: labels, temperature: Float(sampling.temperature ?? 1), using: &random)
    }
    try report(samples, shape: flow.exampleShape, to: outputs)
  }

  private func sample(classesOf density: some ClassConditionalDensity, to outputs: Outputs) throws {
    try requireRoom(density.exampleShape)
    let labels = try sampling.labels(count: count, classes: density.classCount, in: file)!
    var random = RandomGenerator(seed: seed).split("samples")
    let samples = Working.on("generating \(count) examples") {
      density.sample(labels: labels, using: &random)
    }
    try report(examples: samples, shape: density.exampleShape, to: outputs)
  }

  private func sample(from sampler: some Sampler, to outputs: Outputs) throws {
    try requireRoom(sampler.exampleShape)
    var random = RandomGenerator(seed: seed).split("samples")
    let samples = Working.on("generating \(count) examples") { sampler.sample(count: count, using: &random) }
    try report(examples: samples, shape: sampler.exampleShape, to: outputs)
  }

  private func report(examples: some ExampleBatch, shape: Shape, to outputs: Outputs) throws {
    switch examples {
    case let tensor as Tensor: try report(tensor, shape: shape, to: outputs)
    case let table as Matrix: try report(Tensor(table), shape: shape, to: outputs)
    case let sequences as [Matrix]:
      // All draws have one length: a row each, step by step.
      let width = sequences[0].rows * sequences[0].columns
      let values = sequences.flatMap { $0.elements.map(Float.init) }
      try report(Tensor(values, shape: [sequences.count, width]), shape: [width], to: outputs)
    default: throw Failure("\(file) holds a model of examples that have no picture and no table.")
    }
  }

  private func sample(from generator: any OutlierGenerator, to outputs: Outputs) throws {
    try requireRoom(generator.exampleShape)
    var random = RandomGenerator(seed: seed).split("outliers")
    var inversionErrors: [Double] = []
    let samples = try Working.on("generating \(count) outliers") {
      guard let radii = generator as? FlowOutliers else {
        return try generator.outliers(count: count, using: &random)
      }
      let draws = try radii.flow.extremalDraws(count: count, radius: radii.radius, using: &random)
      inversionErrors = radii.flow.inversionErrors(of: draws).sorted()
      return draws.examples
    }
    try report(samples, shape: generator.exampleShape, inversionErrors: inversionErrors, to: outputs)
  }

  /// Writes the samples and says what they are; `inversionErrors` are sorted, and empty for draws that no flow inverts.
  private func report(
    _ samples: Tensor, shape: Shape, inversionErrors: [Double] = [], to outputs: Outputs
  ) throws {
    let notFinite = samples.elements.count { !$0.isFinite }
    guard notFinite == 0 else {
      throw Failure(
        "\(notFinite) of the \(samples.count) numbers that \(file) generated are not finite: its training went astray."
      )
    }
    try output.write(samples, shape: shape, from: file, to: outputs)
    if format == .json {
      return try JSONOutput.print(
        SamplingReport(
          count: count, temperature: sampling.temperature ?? 1, files: output.files,
          medianInversionError: inversionErrors.isEmpty ? nil : inversionErrors[inversionErrors.count / 2],
          largestInversionError: inversionErrors.last))
    }
    Console.result("\(count) samples, in \(output.names)")
    if let largest = inversionErrors.last {
      let median = inversionErrors[inversionErrors.count / 2]
      Console.result(
        "The flow finds their points again with a relative error of \(median.rounded(digits: 7)) (median), "
          + "\(largest.rounded(digits: 7)) (largest).")
    }
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
    /// ‖f(x) − z‖ / ‖z‖ of outliers at radii of a flow.
    let medianInversionError, largestInversionError: Double?
  }
}
