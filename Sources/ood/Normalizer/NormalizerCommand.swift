import ArgumentParser
import GenModels
import OODDatasets

struct NormalizerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "normalizer",
    abstract: "Estimate ln Z of a saved energy by annealed importance sampling.",
    discussion: """
      ln p(x) = -E(x) - ln Z. Paths lead from a known density to the model in many small steps (R. M. Neal, 2001): from uniform \
      numbers where the model's chains keep to a range, which the energy is then normalised in, else from normal numbers with the moments \
      of --data, half as wide again. Estimates err low where paths miss part of the mass. With --data the mean of ln p is told too.
      """)

  @Argument(help: "The saved energy.") var file: String
  @Option(help: ArgumentHelp("Examples whose mean ln p is told.", valueName: "spec")) var data: String?
  @Option(help: "Number of paths.") var paths = 64
  @Option(help: "Steps of a path.") var temperatures = 1000
  @Option(help: "Leapfrog steps in each.") var leapfrogs = 5
  @Option(help: "Decides the paths.") var seed: UInt64 = 0
  @Option(help: "Threads; all cores unless given. The result does not depend on it.") var threads: Int?
  @OptionGroup var directory: DataDirectoryOption
  @Option(help: "text or json.") var format: OutputFormat = .text

  func validate() throws {
    try requireOption("--paths", paths, in: 2...1 << 20)
    try requireOption("--temperatures", temperatures, in: 1...1 << 24)
    try requireOption("--leapfrogs", leapfrogs, in: 1...10_000)
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more.") }
  }

  func run() async throws {
    let loaded = try LoadedModel(contentsOf: file)
    guard let energy = loaded.model as? any DifferentiableEnergy & Model else {
      throw Failure("\(file) holds a \(loaded.kind), which is no energy.")
    }
    try Parallelism.withThreads(threads ?? Parallelism.threads) { try estimate(energy, loaded) }
  }

  private func estimate(_ energy: some DifferentiableEnergy & Model, _ loaded: LoadedModel) throws {
    let examples = try data.map { specification in
      try directory.library.examples(
        specification, as: Tensor.self, shape: energy.exampleShape, like: loaded.columns
      ).examples
    }
    if let data, examples?.exampleCount == 0 { throw Failure("\(data) has no examples.") }
    let size = Double(paths) * Double(max(1, energy.exampleShape.elementCount))
    guard size <= Double(Int32.max) else {
      throw Failure("\(paths) paths are too many at once; lower --paths.")
    }
    let base: AnnealingBase
    if let dynamics = (energy as? any ChainSampler)?.dynamics, let lower = dynamics.lower,
      let upper = dynamics.upper
    {
      base = .uniform(lower: lower, upper: upper)
    } else if let examples {
      base = .normal(fitting: examples)
    } else {
      throw Failure("The energy of \(file) has no range: give --data, whose moments are those of the start.")
    }
    let settings = AnnealedImportanceSampling(
      chains: paths, temperatures: temperatures, leapfrogs: leapfrogs)
    let estimate = try Working.on("running \(paths) paths of \(temperatures) steps") {
      try settings.estimate(energy, from: base, seed: seed)
    }
    let mean = try data.map { specification in
      try naming(specification) {
        let energies = try energy.energy(examples!)
        return -energies.reduce(0, +) / Double(energies.count) - estimate.logNormalizer
      }
    }
    try print(estimate, meanLogDensity: mean)
  }

  private struct Report: Encodable {
    let logNormalizer, standardError, effectiveSampleSize, acceptance, lowerBound: Double
    let paths: Int
    let meanLogDensity: Double?

    enum CodingKeys: String, CodingKey {
      case paths, acceptance
      case logNormalizer = "log_normalizer"
      case standardError = "standard_error"
      case effectiveSampleSize = "effective_sample_size"
      case lowerBound = "lower_bound"
      case meanLogDensity = "mean_log_density"
    }
  }

  private func print(_ estimate: NormalizerEstimate, meanLogDensity: Double?) throws {
    if format == .json {
      return try JSONOutput.print(
        Report(
          logNormalizer: estimate.logNormalizer, standardError: estimate.standardError,
          effectiveSampleSize: estimate.effectiveSampleSize, acceptance: estimate.acceptance,
          lowerBound: estimate.lowerBound(), paths: estimate.paths, meanLogDensity: meanLogDensity))
    }
    Console.result(
      "ln Z        \(estimate.logNormalizer.rounded(digits: 4)) ± \(estimate.standardError.rounded(digits: 4)) nats"
    )
    Console.result("            above \(estimate.lowerBound().rounded(digits: 4)) with probability 0.95")
    Console.result(
      "paths       \(estimate.paths), as good as \(estimate.effectiveSampleSize.rounded(digits: 1)), "
        + "\((estimate.acceptance * 100).rounded(digits: 1))% of steps taken")
    if let meanLogDensity {
      Console.result("mean ln p   \(meanLogDensity.rounded(digits: 4)) nats")
    }
  }
}
