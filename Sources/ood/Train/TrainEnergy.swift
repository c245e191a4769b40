import ArgumentParser
import GenModels
import OODDatasets

struct TrainEnergy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy",
    abstract: "Train a network as an energy, or as the slope of a log-density, on images or a table.",
    discussion: """
      ln p(x) = -E(x) - ln Z with an unknown Z: energies compare examples of one model. Methods: contrastive-divergence (chains of \
      Langevin dynamics that go on from step to step), denoising-score (slopes that point from noisy examples back), sliced-score \
      (Hyvarinen's criterion along random directions) and noise-contrastive (examples against noise of a known density, which gives \
      normalised energies).
      """)

  enum Method: String, CaseIterable, ExpressibleByArgument {
    case contrastiveDivergence = "contrastive-divergence"
    case denoisingScore = "denoising-score"
    case slicedScore = "sliced-score"
    case noiseContrastive = "noise-contrastive"

    /// The options of this method alone.
    var options: [String] {
      switch self {
      case .contrastiveDivergence: ["chains", "reuse", "energy-penalty", "example-noise"]
      case .denoisingScore: ["score-noise", "vector-field"]
      case .slicedScore: ["projections", "vector-field"]
      case .noiseContrastive: ["components", "noise-per-example"]
      }
    }
  }

  @OptionGroup var options: TrainOptions
  @Option(help: "contrastive-divergence, denoising-score, sliced-score or noise-contrastive.")
  var method: Method = .contrastiveDivergence
  @Option(help: "Images: feature maps of the first of four convolutions [16].") var maps: Int?
  @Option(help: "Units of hidden layers, separated by commas [64 for images, 128,128 else].")
  var hidden: String?
  @Option(
    help: "relu, leaky-relu, softplus or tanh [leaky-relu for images, softplus else and for scores].")
  var activation: ActivationName?
  @Flag(help: "Divide each layer's weights by their largest singular value.") var spectral = false
  @OptionGroup var chain: ChainOptions
  @OptionGroup var divergence: ContrastiveDivergenceOptions
  @Option(help: "Denoising: deviation of the noise, in units of images or of a column's deviation [0.3].")
  var scoreNoise: Double?
  @Option(help: "Sliced: directions for each example [1].") var projections: Int?
  @Flag(help: "Scores of a table: a network that gives the slope itself.") var vectorField = false
  @Option(help: "Noise-contrastive: components of the Gaussian mixture that noise is drawn from [4].")
  var components: Int?
  @Option(help: "Noise-contrastive: noise examples for each example [4].") var noisePerExample: Int?
  @Option(
    help: ArgumentHelp(
      "Save the network as it is before training too, to compare with.", valueName: "file"))
  var untrained: String?
  @Option(help: "Bound on the gradient's norm; 0 for none [1 for contrastive-divergence, none else].")
  var clip: Double?

  private var given: [String] {
    let own: [(String, Bool)] = [
      ("score-noise", scoreNoise != nil), ("projections", projections != nil),
      ("vector-field", vectorField), ("components", components != nil),
      ("noise-per-example", noisePerExample != nil),
    ]
    return divergence.given + own.filter(\.1).map(\.0)
  }

  func validate() throws {
    if let option = given.first(where: { !method.options.contains($0) }) {
      throw ValidationError("The method \(method.rawValue) has no option --\(option).")
    }
    try requireOption("--maps", maps, in: 1...1024)
    guard wholeNumbers(hidden ?? "1").allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw ValidationError("--hidden must be whole numbers from 1 to \(1 << 16), separated by commas.")
    }
    if let scoreNoise, !(Float(scoreNoise) > 0 && Float(scoreNoise).isFinite) {
      throw ValidationError("--score-noise must be a number above 0, and it is \(scoreNoise).")
    }
    try requireOption("--projections", projections, in: 1...10_000)
    try requireOption("--components", components, in: 1...10_000)
    try requireOption("--noise-per-example", noisePerExample, in: 1...1000)
    if let clip, !(clip >= 0 && clip.isFinite) {
      throw ValidationError("--clip is 0 or more, and \(clip) was given.")
    }
    if let activation, method == .slicedScore || method == .denoisingScore && !vectorField,
      !activation.isSmooth
    {
      throw ValidationError(
        "The method \(method.rawValue) differentiates slopes, and those of \(activation.rawValue) are flat: take softplus or tanh."
      )
    }
    guard !vectorField || !spectral else {
      throw ValidationError("--spectral is for energies, and --vector-field has none.")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let before = try Outputs(["--untrained": untrained])
    let dataset = try options.loadData()
    let isImages = dataset.examples.rank == 4
    if isImages { try options.requireUnitInterval(dataset, options.data) }
    let x = isImages ? dataset.examples : dataset.examples.flattened()
    let architecture = try architecture(Array(x.shape.dropFirst()), isImages: isImages)
    let report =
      vectorField
      ? try trainField(architecture, on: x, dataset.columns, outputs, before)
      : try trainEnergy(architecture, on: x, dataset.columns, outputs, before)
    try report.print(options.format)
  }

  private func architecture(_ shape: [Int], isImages: Bool) throws -> EnergyModel.Architecture {
    guard isImages || maps == nil else { throw ValidationError("--maps is for images.") }
    guard !isImages || !vectorField else { throw ValidationError("--vector-field is for tables.") }
    let units = hidden.map(wholeNumbers)
    var architecture: EnergyModel.Architecture
    if isImages {
      guard (units?.count ?? 1) == 1 else {
        throw ValidationError("Images have one hidden layer: give one number of --hidden.")
      }
      let isScore = method == .denoisingScore || method == .slicedScore
      architecture = .convolutional(
        exampleShape: shape, maps: maps ?? 16, hidden: units?[0] ?? 64,
        activation: (activation ?? (isScore ? .softplus : .leakyReLU)).activation, isSpectral: spectral)
    } else if vectorField {
      architecture = .vectorField(
        features: shape[0], hidden: units ?? [128, 128], activation: (activation ?? .softplus).activation)
    } else {
      architecture = .dense(
        features: shape[0], hidden: units ?? [128, 128], activation: (activation ?? .softplus).activation,
        isSpectral: spectral)
    }
    architecture.dynamics = chain.dynamics(architecture.dynamics)
    return architecture
  }

  /// Small networks of tables take larger steps.
  private func recipe(for shape: Shape) -> Trainer {
    guard method != .contrastiveDivergence else { return EnergyModel.trainer }
    var recipe = ScoreNetwork.trainer
    if shape.rank == 1 { recipe.optimizer = Adam(learningRate: 5e-3) }
    return recipe
  }

  private func trainer(_ defaults: Trainer, _ outputs: Outputs) throws -> Trainer {
    var trainer = try options.trainer(defaults, outputs, sharesBatches: false)
    if let clip { trainer.clipping = clip > 0 ? .norm(clip) : nil }
    return trainer
  }

  private func trainEnergy(
    _ architecture: EnergyModel.Architecture, on x: Tensor, _ columns: TableColumns?, _ outputs: Outputs,
    _ before: Outputs
  ) throws -> TrainReport {
    let model = try made { try EnergyModel.validating(architecture, seed: options.seed) }
    if method == .contrastiveDivergence { try divergence.requireRoom(Array(model.exampleShape)) }
    try save(model.standardizing(x), columns, to: before)
    let trainer = try trainer(recipe(for: model.exampleShape), outputs)
    func train(by criterion: some EnergyCriterion) throws -> TrainReport {
      try options.train(to: outputs, columns: columns) { progress in
        try naming(options.data) {
          try model.train(on: x, by: criterion, trainer: trainer, progress: progress)
        }
      }
    }
    switch method {
    case .contrastiveDivergence: return try train(by: divergence.criterion)
    case .denoisingScore: return try train(by: denoising)
    case .slicedScore: return try train(by: sliced)
    case .noiseContrastive:
      return try train(
        by: NoiseContrastiveEstimation(components: components ?? 4, noisePerExample: noisePerExample ?? 4))
    }
  }

  private func trainField(
    _ architecture: EnergyModel.Architecture, on x: Tensor, _ columns: TableColumns?, _ outputs: Outputs,
    _ before: Outputs
  ) throws -> TrainReport {
    let model = try made { try ScoreNetwork.validating(architecture, seed: options.seed) }
    try save(model.standardizing(x), columns, to: before)
    let trainer = try trainer(recipe(for: model.exampleShape), outputs)
    func train(by criterion: some ScoreCriterion) throws -> TrainReport {
      try options.train(to: outputs, columns: columns) { progress in
        try naming(options.data) {
          try model.train(on: x, by: criterion, trainer: trainer, progress: progress)
        }
      }
    }
    return method == .denoisingScore ? try train(by: denoising) : try train(by: sliced)
  }

  private var denoising: DenoisingScoreMatching { DenoisingScoreMatching(noise: Float(scoreNoise ?? 0.3)) }
  private var sliced: SlicedScoreMatching { SlicedScoreMatching(projections: projections ?? 1) }

  private func made<Model>(_ make: () throws -> Model) throws -> Model {
    do { return try make() } catch ModelFileError.malformed(let reason) {
      throw Failure("No such model can be made: \(reason).")
    }
  }

  private func save(_ model: some Model, _ columns: TableColumns?, to outputs: Outputs) throws {
    guard let place = outputs["--untrained"] else { return }
    var archive = try model.archive()
    if let names = columns?.names, names.count == model.exampleShape.elementCount {
      archive.columnNames = names
    }
    let file = try archive.file()
    try place.write(saving: { try file.write(to: $0) })
  }
}
