import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments

struct TrainClassifier: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier", abstract: "Train a convolutional classifier of images.",
    discussion: """
      It learns the labels of --data; or with --against, to tell --data (class 0) from --against (class 1), as for digits \
      and symbols. Objectness, Fréchet distance and the rate of symbols that look like digits need one.
      """)

  @OptionGroup var options: TrainOptions
  @Option(help: ArgumentHelp("Images of the other class.", valueName: "spec")) var against: String?
  @Option(help: ArgumentHelp("Images to measure the error on, like --data.", valueName: "spec")) var test:
    String?
  @Option(help: ArgumentHelp("Images to measure the error on, like --against.", valueName: "spec"))
  var testAgainst: String?
  @Option(help: "Feature maps of the first convolution; the second has twice as many.") var maps = 32
  @Option(help: "Units between the convolutions and the classes.") var hidden = 400

  func validate() throws {
    guard maps >= 1, hidden >= 1 else {
      throw ValidationError("--maps and --hidden must be 1 or more, and they are \(maps) and \(hidden).")
    }
    try requireOption("--maps", maps, in: 1...4096)
    try requireOption("--hidden", hidden, in: 1...1 << 16)
    guard (testAgainst != nil) == (against != nil && test != nil) else {
      throw ValidationError("--test-against goes with --against and --test, all or none of them.")
    }
  }

  func run() async throws {
    let outputs = try options.outputs()
    let data = try labelled(options.data, against)
    let tests = try test.map { try labelled($0, testAgainst) }
    if let tests, let label = tests.labels.elements.max(), label >= data.classes {
      throw Failure("--test has the label \(label), and --data only classes below \(data.classes).")
    }
    if let tests, !tests.images.shape.dropFirst().elementsEqual(data.images.shape.dropFirst()) {
      throw Failure("--test has images of another shape than --data.")
    }
    let trainer = try options.trainer(ImageClassifier.trainer, outputs)
    var classifier: ImageClassifier?
    var report = try options.train(to: outputs) { progress in
      let result = try ImageClassifier.train(
        on: data.images, labels: data.labels, classes: data.classes, maps: maps, hidden: hidden,
        trainer: trainer,
        progress: progress)
      classifier = result.model
      return result
    }
    if let tests, let classifier {
      report.testError = try classifier.error(tests.images, labels: tests.labels)
    }
    try report.print(options.format)
  }

  private func labelled(
    _ first: String, _ second: String?
  ) throws -> (images: Tensor, labels: Indexes, classes: Int) {
    let data = try images(first)
    guard let second else {
      guard let labels = data.labels, let largest = labels.elements.max() else {
        throw Failure("\(first) has no labels to learn.")
      }
      return (data.examples, labels, max(2, data.classNames?.count ?? largest + 1))
    }
    let other = try images(second)
    guard other.exampleShape == data.exampleShape else {
      throw Failure(
        "\(first) has images of shape \(data.exampleShape), and \(second) of \(other.exampleShape).")
    }
    return (
      .concatenate([data.examples, other.examples], axis: 0),
      Indexes(Array(repeating: 0, count: data.count) + Array(repeating: 1, count: other.count)), 2
    )
  }

  private func images(_ specification: String) throws -> Dataset {
    let data = try options.load(specification)
    guard data.holdsImages else {
      throw Failure("\(specification) holds no images: its examples have the shape \(data.exampleShape).")
    }
    return data
  }
}
