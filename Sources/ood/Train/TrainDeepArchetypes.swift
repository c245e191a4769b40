import ArgumentParser
import GenModels
import OODDatasets

struct TrainDeepArchetypes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deep-archetypes",
    abstract:
      "Deep archetypal analysis on a Real NVP: coefficients in a few archetypes, and examples of them.",
    discussion: """
      The flow's last --features numbers are explained by coefficients in --archetypes corners of a simplex (T. Bungert, 2021). \
      Then ood generate FILE --outliers dirichlet draws examples beyond the archetypes.
      """)

  @OptionGroup var options: TrainOptions
  @Option(help: "Number of archetypes.") var archetypes = 10
  @Option(help: "Numbers of the flow's latents that archetypes explain; 64, or all of fewer, unless given.")
  var features: Int?
  @Flag(help: "Add trained vectors to the linear maps.") var bias = false
  @Flag(help: "Let the point of the simplex tell the labels' classes.") var classes = false
  @Option(help: "Couplings; on images, at each scale over the checkerboard and over channels.") var couplings:
    Int?
  @OptionGroup var network: CouplingOptions
  @Option(help: "Weight of the archetypes' loss.") var archetypeWeight = 1.0
  @Option(help: "Weight of the squared error of the latents.") var reconstructionWeight = 1.0

  func validate() throws {
    try requireOption("--archetypes", archetypes, in: 2...4096)
    try requireOption("--couplings", couplings, in: 1...4096)
    try requireOption("--features", features, in: 1...1 << 20)
    for (name, weight) in [
      ("--archetype-weight", archetypeWeight), ("--reconstruction-weight", reconstructionWeight),
    ] where !(weight >= 0 && weight.isFinite) {
      throw ValidationError("\(name) must be 0 or more, and it is \(weight).")
    }
  }

  func run() throws {
    let outputs = try options.outputs()
    let dataset = try options.loadData()
    let isImages = dataset.examples.rank == 4
    let examples = isImages ? dataset.examples : dataset.examples.flattened()
    guard !classes || dataset.labels != nil else {
      throw Failure("\(options.data) has no labels: leave out --classes.")
    }
    let labels = classes ? dataset.labels : nil
    let flow = try flowArchitecture(Array(examples.shape.dropFirst()))
    let width = flow.exampleShape.reduce(1, *)
    let architecture = ArchetypalFlow.Architecture(
      flow: flow, features: features ?? min(64, width),
      maps: .init(
        archetypes: archetypes, hasBias: bias,
        classCount: labels.map { ($0.elements.max().map { Int($0) } ?? 0) + 1 }))
    let model = try make(architecture)
    var weights = DeepArchetypeTraining()
    weights.archetypes = Float(archetypeWeight)
    weights.reconstruction = Float(reconstructionWeight)
    let recipe = Trainer(
      optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 128, schedule: .cosine(),
      clipping: .norm(50))
    let trainer = try options.trainer(recipe, outputs)
    let report = try options.train(to: outputs, columns: dataset.columns) { progress in
      try model.train(on: examples, labels: labels, weights: weights, trainer: trainer, progress: progress)
    }
    try report.print(options.format)
  }

  private func flowArchitecture(_ shape: [Int]) throws -> Flow.Architecture {
    guard shape.count == 3 else {
      if network.levels != nil { throw ValidationError("--levels is for images, and --data holds a table.") }
      return .realNVP(
        features: shape.reduce(1, *), couplings: couplings ?? 8, hidden: [network.hidden, network.hidden],
        clamp: network.clamp)
    }
    let levels = network.levels ?? 2
    guard (1...6).contains(levels), shape[0] % (1 << levels) == 0, shape[1] % (1 << levels) == 0 else {
      throw Failure("Images of \(shape[0]) × \(shape[1]) can't be halved \(levels) times; lower --levels.")
    }
    return .realNVP(
      images: shape, levels: levels, couplings: couplings ?? 4, hiddenChannels: network.hidden,
      clamp: network.clamp,
      greyLevels: 256)
  }

  private func make(_ architecture: ArchetypalFlow.Architecture) throws -> ArchetypalFlow {
    do { return try ArchetypalFlow.validating(architecture, seed: options.seed) } catch {
      guard case .malformed(let reason) = error else { throw error }
      throw Failure("No such model can be made: \(reason).")
    }
  }
}
