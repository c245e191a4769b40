import ArgumentParser
import GenModels
import OODDatasets

struct TrainJointEnergy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "joint-energy",
    abstract: "Train a classifier of images that is an energy at the same time.",
    discussion: """
      E(x) is minus the log-sum-exp of the logits (W. Grathwohl and others, 2020). It learns labels by cross-entropy and energies by \
      contrastive divergence.
      """)

  @OptionGroup var options: TrainOptions
  @Option(help: ArgumentHelp("Labelled images to measure the error on.", valueName: "spec")) var test: String?
  @Option(help: "Feature maps of the first of four convolutions.") var maps = 32
  @Option(help: "Units between the convolutions and the classes.") var hidden = 128
  @Option(help: "Weight of the energies beside the cross-entropy; 0 is an ordinary classifier.")
  var weight = 1.0
  @OptionGroup var chain: ChainOptions
  @OptionGroup var divergence: ContrastiveDivergenceOptions

  func validate() throws {
    try requireOption("--maps", maps, in: 1...1024)
    try requireOption("--hidden", hidden, in: 1...1 << 16)
    guard weight >= 0, Float(weight).isFinite else {
      throw ValidationError("--weight must be a number of 0 or more, and it is \(weight).")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let data = try options.loadImages()
    try options.requireUnitInterval(data, options.data)
    guard let labels = data.labels, let largest = labels.elements.max() else {
      throw Failure("\(options.data) has no labels to learn.")
    }
    let tests = try test.map { try options.load($0) }
    if let test, tests?.labels == nil { throw Failure("--test \(test) has no labels.") }
    let shape = Array(data.exampleShape)
    try divergence.requireRoom(shape)
    var architecture = JointEnergyModel.Architecture.convolutional(
      exampleShape: shape, classes: max(2, data.classNames?.count ?? largest + 1), maps: maps, hidden: hidden)
    architecture.dynamics = chain.dynamics(architecture.dynamics)
    let model: JointEnergyModel
    do { model = try .validating(architecture, seed: options.seed) } catch {
      throw Failure("No such model can be made: \(error)")
    }
    let trainer = try options.trainer(JointEnergyModel.trainer, outputs, sharesBatches: false)
    var trained: JointEnergyModel?
    var report = try options.train(to: outputs) { progress in
      let result = try naming(options.data) {
        try model.train(
          on: data.examples, labels: labels, weight: Float(weight), by: divergence.criterion,
          trainer: trainer, progress: progress)
      }
      trained = result.model
      return result
    }
    if let tests, let testLabels = tests.labels, let test, let trained {
      report.testError = try naming(test) {
        try testLabels.requireLabels(classes: trained.classCount, examples: tests.count)
        return try trained.error(tests.examples, labels: testLabels)
      }
    }
    try report.print(options.format)
  }
}
