import ArgumentParser
import GenModels
import OODDatasets

/// What `ood train cool`, `dae-classifier` and `virtual-outlier-classifier` take: the sizes of their network, and images to test on.
struct LabelledNetworkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Labelled images to measure the error on.", valueName: "spec")) var test: String?
  @Option(help: "Feature maps of the first convolution; the second has twice as many.") var maps = 32
  @Option(help: "Units between the convolutions and the classes.") var hidden = 400
  @Option(help: "Pixels on a side of the convolutions' kernels.") var kernel = 5

  func validate() throws {
    try requireOption("--maps", maps, in: 1...4096)
    try requireOption("--hidden", hidden, in: 1...1 << 16)
    try requireOption("--kernel", kernel, in: 1...64)
  }

  struct Labelled {
    let images: Tensor
    let labels: Indexes
    let classes: Int
  }

  /// The labelled images to learn from.
  func load(_ options: TrainOptions) throws -> Labelled {
    let data = try options.loadImages()
    try options.requireUnitInterval(data, options.data)
    guard let labels = data.labels, let largest = labels.elements.max() else {
      throw Failure("\(options.data) has no labels to learn.")
    }
    return Labelled(
      images: data.examples, labels: labels, classes: max(1, data.classNames?.count ?? largest + 1))
  }

  /// The share of the test images that the classifier gets wrong; nil without test images.
  func testError(of classifier: (any Classifier)?, _ data: Labelled, _ options: TrainOptions) throws
    -> Double?
  {
    guard let test, let classifier else { return nil }
    let set = try options.load(test)
    guard let labels = set.labels else { throw Failure("--test \(test) has no labels.") }
    return try naming(test) {
      try labels.requireLabels(classes: data.classes, examples: set.count)
      return try classifier.error(set.examples, labels: labels)
    }
  }
}
