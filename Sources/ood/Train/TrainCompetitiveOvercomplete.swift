import ArgumentParser
import GenModels
import OODDatasets

struct TrainCompetitiveOvercomplete: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cool", abstract: "Train a classifier with a competitive overcomplete output layer.",
    discussion: """
      Every class has several units that compete in one softmax, each trained towards its share; the claim for a class is the \
      product of its units (N. Kardan and K. O. Stanley, 2017). The network is two convolutions, two poolings and a hidden layer.
      """)

  @OptionGroup var options: TrainOptions
  @OptionGroup var network: LabelledNetworkOptions
  @Option(help: "ω: units of each class.") var overcompleteness = 10

  func validate() throws { try requireOption("--overcompleteness", overcompleteness, in: 1...1024) }

  func run() async throws {
    let outputs = try options.outputs()
    let data = try network.load(options)
    let trainer = try options.trainer(ImageClassifier.trainer, outputs)
    var classifier: CompetitiveOvercompleteClassifier?
    var report = try options.train(to: outputs) { progress in
      let result = try CompetitiveOvercompleteClassifier.train(
        on: data.images, labels: data.labels, classes: data.classes, overcompleteness: overcompleteness,
        maps: network.maps, hidden: network.hidden, kernel: network.kernel, trainer: trainer,
        progress: progress)
      classifier = result.model
      return result
    }
    report.testError = try network.testError(of: classifier, data, options)
    try report.print(options.format)
  }
}
