import ArgumentParser
import GenModels
import OODDatasets

struct TrainDenoisingClassifier: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dae-classifier",
    abstract: "Train a classifier that is a denoising autoencoder too, so that it can refuse.",
    discussion: """
      A decoder on the last hidden layer gives the image back; how well it does says whether the classifier knows such images \
      (G. Spigler, 2019). Score with --scorer confidence or --scorer scaled.
      """)

  @OptionGroup var options: TrainOptions
  @OptionGroup var network: LabelledNetworkOptions
  @Option(help: "symmetric: the encoder's mirror image; asymmetric: one fully connected layer.")
  var decoder: DenoisingClassifier.DecoderShape = .symmetric
  @Option(help: "σ of the normal noise on images in training.") var noise = DenoisingTraining.standard.noise
  @Option(help: "λ: weight of the reconstruction beside the class.")
  var reconstructionWeight = DenoisingTraining.standard.reconstructionWeight
  @Flag(help: "Learn the class from images without noise too.") var cleanExamples = false

  func validate() throws {
    for (name, value) in [("--noise", noise), ("--reconstruction-weight", reconstructionWeight)]
    where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(name) must be a number from 0, and it is \(value).")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let data = try network.load(options)
    let architecture = DenoisingClassifier.Architecture.convolutional(
      exampleShape: Array(data.images.shape.dropFirst()), classes: data.classes, maps: network.maps,
      hidden: network.hidden, kernel: network.kernel, decoder: decoder)
    let settings = DenoisingTraining(
      trainer: try options.trainer(DenoisingTraining.standard.trainer, outputs), noise: noise,
      reconstructionWeight: reconstructionWeight, classifiesCleanExamples: cleanExamples)
    var classifier: DenoisingClassifier?
    var report = try options.train(to: outputs) { progress in
      let result = try DenoisingClassifier.train(
        architecture, on: data.images, labels: data.labels, settings: settings, progress: progress)
      classifier = result.model
      return result
    }
    report.testError = try network.testError(of: classifier, data, options)
    try report.print(options.format)
  }
}

extension DenoisingClassifier.DecoderShape: ExpressibleByArgument {}
