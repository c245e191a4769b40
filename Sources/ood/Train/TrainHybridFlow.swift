import ArgumentParser
import GenModels
import OODDatasets

struct TrainHybridFlow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hybrid-flow", abstract: "Train a Real NVP with a classifier on its latents.",
    discussion: """
      One network gives ln p(x) and the class (E. Nalisnick et al., 2019): ood score gives −ln p, and with --scorer the scores of \
      classifiers. The loss is the labels' cross-entropy less --density-weight times ln p for each number of an example.
      """)

  @OptionGroup var options: TrainOptions
  @Option(help: "Couplings; on images, at each scale over the checkerboard and over channels.")
  var couplings: Int?
  @OptionGroup var network: CouplingOptions
  @Option(help: "Weight of ln p beside the labels; 0 trains the classifier alone.") var densityWeight: Float =
    1
  @Option(help: ArgumentHelp("Labelled examples to measure the error on.", valueName: "spec"))
  var test: String?

  func validate() throws {
    try requireOption("--couplings", couplings, in: 1...4096)
    guard densityWeight >= 0, densityWeight.isFinite else {
      throw ValidationError("--density-weight is 0 or more, and \(densityWeight) was given.")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let dataset = try options.loadData()
    guard let labels = dataset.labels, let largest = labels.elements.max() else {
      throw Failure("\(options.data) has no labels to learn.")
    }
    let isImages = dataset.examples.rank == 4
    let examples = isImages ? dataset.examples : dataset.examples.flattened()
    let purpose = FlowTraining.Purpose(
      shape: Array(examples.shape.dropFirst()), classCount: nil, greyLevels: isImages ? 256 : nil)
    let start = HybridFlow(
      try network.realNVP(purpose, couplings: couplings),
      classes: max(dataset.classNames?.count ?? 0, largest + 1),
      seed: options.seed)
    let trainer = try options.trainer(
      Trainer(
        optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 128, schedule: .cosine(),
        clipping: .norm(50)), outputs)
    var trained: HybridFlow?
    var report = try options.train(to: outputs, columns: dataset.columns) { progress in
      let result = try naming(options.data) {
        try start.train(
          on: examples, labels: labels, densityWeight: densityWeight, trainer: trainer, progress: progress)
      }
      trained = result.model
      return result
    }
    if let test, let trained {
      let set = try options.load(test, like: dataset)
      guard let labels = set.labels else { throw Failure("--test \(test) has no labels.") }
      report.testError = try naming(test) {
        try labels.requireLabels(classes: trained.classCount, examples: set.count)
        return try trained.error(isImages ? set.examples : set.examples.flattened(), labels: labels)
      }
    }
    try report.print(options.format)
  }
}
