import ArgumentParser
import OODExperiments

/// Where a sweep's classifiers come from.
struct SweepClassifierOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A classifier of the domain's classes, from ood train classifier.", valueName: "file"))
  var digitClassifier: String?
  @Option(
    help: ArgumentHelp(
      "A classifier of the domain against symbols, from ood train classifier --against.", valueName: "file"))
  var symbolClassifier: String?
  @Option(
    help: ArgumentHelp(
      "More symbols for the symbol classifier to learn from; may be given several times.", valueName: "spec"))
  var symbolTraining: [String] = []
  @Option(help: "Times through the images when classifiers are trained.") var classifierEpochs: Int?
  @Flag(help: "No classifiers: leave out what needs them.") var noClassifiers = false

  func validate() throws {
    if let classifierEpochs, classifierEpochs < 1 {
      throw ValidationError("--classifier-epochs must be 1 or more, and it is \(classifierEpochs).")
    }
    guard !noClassifiers || (digitClassifier == nil && symbolClassifier == nil && symbolTraining.isEmpty)
    else {
      throw ValidationError("--no-classifiers excludes the other options for classifiers.")
    }
    guard classifierEpochs == nil || isTrained else {
      throw ValidationError(
        "--classifier-epochs is for classifiers that are trained here, and there are none.")
    }
    guard symbolClassifier == nil || symbolTraining.isEmpty else {
      throw ValidationError(
        "--symbol-training goes with a classifier that is trained, not with --symbol-classifier.")
    }
  }

  /// Whether one of the classifiers is trained here.
  var isTrained: Bool { !noClassifiers && (digitClassifier == nil || symbolClassifier == nil) }

  var digitSource: SweepClassifiers.Source { source(digitClassifier) }
  var symbolSource: SweepClassifiers.Source { source(symbolClassifier) }

  private func source(_ file: String?) -> SweepClassifiers.Source {
    noClassifiers ? .none : file.map { .file($0) } ?? .trained
  }
}
