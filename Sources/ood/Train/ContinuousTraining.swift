import ArgumentParser
import GenModels
import OODDatasets

/// What continuous flows are trained with, whatever the objective.
struct ContinuousTraining: ParsableArguments {
  @OptionGroup var options: TrainOptions
  @Option(
    help: ArgumentHelp("Measure −ln p here after each epoch, and keep the best one's.", valueName: "spec"))
  var validation: String?
  @Option(help: "Bound on the gradient's norm; 0 for none.") var clip = 10.0
  @Option(help: "Units of the hidden layers, separated by commas [64,64,64; 512,512 for images].")
  var hidden: String?
  @Option(help: "tanh or softplus [tanh; softplus for images].")
  var activation: TimeDependentNetwork.Activation?
  @Option(help: "How layers know the time: concatenation or gating [concatenation; gating for images].")
  var time: TimeConditioning?
  @Option(help: "Pairs of cos kπt and sin kπt that layers see beside the time t [2].") var frequencies = 2
  @Option(
    help:
      "Spread of the first layer's weights at the start, for structure much finer than a deviation, such as 4 [small weights]."
  )
  var sharpness: Float?
  @Option(
    help: ArgumentHelp(
      "Vectors of Hutchinson's estimate of the divergence; 0 for the exact one, which costs as many [0; 1 for images].",
      valueName: "count"))
  var hutchinson: Int?
  @Option(help: "dopri5, bosh3, rk4, midpoint or euler.") var method = "dopri5"
  @Option(help: "Tolerance of a step's error, relative and absolute [1e-5; 1e-4 for images].")
  var tolerance: Double?
  @Option(help: "Steps of the same length, for everything, in the place of a tolerance.") var steps: Int?
  @Option(help: "Grey levels of images' pixels, for noise between them [256].") var greyLevels: Int?

  func validate() throws {
    guard clip >= 0, clip.isFinite else {
      throw ValidationError("--clip is 0 or more, and \(clip) was given.")
    }
    if let hidden {
      guard wholeNumbers(hidden).allSatisfy({ (1...1 << 16).contains($0) }) else {
        throw ValidationError(
          "--hidden must be whole numbers from 1 to \(1 << 16), separated by commas, and it is \(hidden).")
      }
    }
    try requireOption("--frequencies", frequencies, in: 0...64)
    if let sharpness {
      guard sharpness > 0, sharpness <= 1000 else {
        throw ValidationError("--sharpness is above 0 and at most 1000, and \(sharpness) was given.")
      }
    }
    try requireOption("--hutchinson", hutchinson, in: 0...4096)
    try requireOption("--steps", steps, in: 1...1_000_000)
    try requireOption("--grey-levels", greyLevels, in: 2...65_536)
    guard steps == nil || tolerance == nil else {
      throw ValidationError("--steps takes the place of --tolerance; give one of them.")
    }
    _ = try solver(isImages: false)
  }

  private func solver(isImages: Bool) throws -> DifferentialEquationSolver {
    guard let tableau = ButcherTableau(named: method) else {
      let names = ButcherTableau.all.map(\.name).joined(separator: ", ")
      throw ValidationError("--method is one of \(names), and \(method) was given.")
    }
    let solver = DifferentialEquationSolver(
      tableau, control: steps.map { .fixed(steps: $0) } ?? .tolerance(tolerance ?? (isImages ? 1e-4 : 1e-5)))
    do { try solver.validate() } catch { throw ValidationError(error.description) }
    return solver
  }

  /// Trains a flow with that objective, saves it, and reports.
  func run(recipe: Trainer, objective: ContinuousObjective) throws {
    let outputs = try options.outputs()
    let dataset = try options.loadData()
    let held = try validation.map { try options.load($0, like: dataset) }
    let isImages = dataset.examples.rank == 4
    guard isImages || greyLevels == nil else {
      throw ValidationError("--grey-levels is for images, and \(options.data) holds a table.")
    }
    func examples(_ set: Dataset) -> Tensor { isImages ? set.examples : set.examples.flattened() }
    let model: ContinuousFlow
    do {
      model = try .validating(
        try architecture(Array(examples(dataset).shape.dropFirst()), objective), seed: options.seed)
    } catch ModelFileError.malformed(let reason) {
      throw Failure("No such flow can be made: \(reason).")
    }
    var trainer = recipe
    if clip > 0 { trainer.clipping = .norm(clip) }
    trainer = try options.trainer(trainer, outputs)
    if held != nil { trainer.earlyStopping = EarlyStopping(patience: 1 << 20) }
    let report = try options.train(to: outputs, columns: dataset.columns) { progress in
      try naming(options.data) {
        try model.train(
          on: examples(dataset), validation: held.map { (examples($0), nil) },
          settings: DensityTraining(trainer: trainer), progress: progress)
      }
    }
    try report.print(options.format)
  }

  private func architecture(
    _ shape: [Int], _ objective: ContinuousObjective
  ) throws -> ContinuousFlow.Architecture {
    let isImages = shape.count == 3
    var architecture: ContinuousFlow.Architecture =
      isImages
      ? .images(shape, frequencies: frequencies, objective: objective, greyLevels: greyLevels ?? 256)
      : .vectors(features: shape.reduce(1, *), frequencies: frequencies, objective: objective)
    if let hidden { architecture.hidden = wholeNumbers(hidden) }
    if let activation { architecture.activation = activation }
    architecture.sharpness = sharpness
    if let time { architecture.conditioning = time }
    if let hutchinson {
      architecture.divergence =
        hutchinson == 0 ? .exact : .hutchinson(samples: hutchinson, seed: options.seed)
    }
    architecture.solver = try solver(isImages: isImages)
    return architecture
  }
}

extension TimeDependentNetwork.Activation: ExpressibleByArgument {}
extension TimeConditioning: ExpressibleByArgument {}
extension FlowMatching.Pairing: ExpressibleByArgument {}
extension FlowMatching.Path: ExpressibleByArgument {}
extension FlowMatching.Times: ExpressibleByArgument {}
