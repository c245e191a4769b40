import ArgumentParser
import GenModels
import OODDatasets

struct TrainVirtualOutlierClassifier: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "virtual-outlier-classifier",
    abstract: "Train a classifier against outliers that it draws itself in its feature space (VOS).",
    discussion: """
      Each class's features are taken for a Gaussian; the least likely of many draws are virtual outliers, which a line of the \
      free energy learns to tell from the images (X. Du et al., 2022). That is its own score, for `ood score` and \
      `ood evaluate`; the scores of any other classifier work too.
      """)

  @OptionGroup var options: TrainOptions
  @OptionGroup var network: LabelledNetworkOptions
  @Option(help: "A virtual outlier is the least likely of so many draws.") var candidates = 10_000
  @Option(help: "Virtual outliers of each class in each step.") var outliersPerClass = 1
  @Option(help: "The share of the training before the first virtual outlier.") var warmUp = 0.4
  @Option(help: "Weight of the outliers' part of the loss.") var weight: Float = 0.1

  func run() async throws {
    let outputs = try options.outputs()
    let data = try network.load(options)
    let trainer = try options.trainer(ImageClassifier.trainer, outputs, sharesBatches: false)
    var synthesis = VirtualOutlierSynthesis()
    synthesis.candidates = candidates
    synthesis.outliersPerClass = outliersPerClass
    synthesis.warmUp = warmUp
    synthesis.weight = weight
    let layers = ImageClassifier.unpaddedLayers(
      classes: data.classes, maps: network.maps, hidden: network.hidden, kernel: network.kernel)
    var classifier: VirtualOutlierClassifier?
    var report = try options.train(to: outputs) { progress in
      let result = try VirtualOutlierClassifier.train(
        .init(
          exampleShape: Array(data.images.shape.dropFirst()), encoder: layers.dropLast(),
          classCount: data.classes), on: data.images, labels: data.labels, synthesis: synthesis,
        trainer: trainer, progress: progress)
      classifier = result.model
      return result
    }
    report.testError = try network.testError(of: classifier, data, options)
    try report.print(options.format)
  }
}
