import GenModels
import OODDatasets
import OODMetrics

/// Classifiers that claim to know what they don't, and a denoising autoencoder that tells them (G. Spigler, "Denoising autoencoders for
/// overgeneralization in neural networks", 2019): accuracy and fooling of a plain, an overcomplete and a denoising classifier, recognition of
/// unknown classes, and every score on control sets.
///
/// ```swift
/// let experiment = try OvergeneralizationExperiment(
///   training: Dataset("mnist:train"), test: Dataset("mnist:test"), controls: [Dataset("kmnist:test")])
/// let report = try experiment.run()
/// try OutputPlace.write(OvergeneralizationPage(report).html.utf8, to: "overgeneralization.html")
/// ```
public struct OvergeneralizationExperiment: Sendable {
  public let training, test: Dataset
  public let controls: [Dataset]
  /// Recorded images with clutter; nil to draw them.
  public let clutter: (training: Dataset, test: Dataset)?
  public let settings: OvergeneralizationSettings
  /// Number of classes.
  public let classCount: Int
  let store: OvergeneralizationStore

  /// - Parameters:
  ///   - training: Labelled images in 0...1, at least `trainingCount + heldOutCount`; the first are trained on, the next held out.
  ///   - test: Labelled test images of the same classes.
  ///   - controls: Images of other kinds. Noise is added to them.
  ///   - clutter: Square grey images with clutter around one object, to train autoencoders on and to test; nil to draw them.
  ///   - settings: Sizes and budgets.
  ///   - folder: Where models and results are kept and, where they were made in the same way, taken from; nil for neither.
  /// - Throws: `ExperimentError`; `ExampleError` for pixels outside 0...1.
  public init(
    training: Dataset, test: Dataset, controls: [Dataset], clutter: (training: Dataset, test: Dataset)? = nil,
    settings: OvergeneralizationSettings = .init(), folder: String? = nil
  ) throws {
    if let problem = settings.problem { throw ExperimentError.invalidSettings(problem) }
    guard training.holdsImages else {
      throw ExperimentError.unexpectedShape(
        set: training.name, found: Array(training.exampleShape), expected: "images of [28, 28, 1]")
    }
    for set in [test] + controls where set.exampleShape != training.exampleShape {
      throw ExperimentError.unexpectedShape(
        set: set.name, found: Array(set.exampleShape), expected: "images of \(training.exampleShape)")
    }
    for (set, needed) in [
      (training, settings.trainingCount + settings.heldOutCount), (test, settings.testCount),
    ]
      + controls.map({ ($0, settings.controlCount) }) where set.count < needed
    {
      throw ExperimentError.tooFewImages(set: set.name, found: set.count, needed: needed)
    }
    for set in [training, test] + controls { try set.examples.requirePixels() }
    for set in clutter.map({ [$0.training, $0.test] }) ?? [] {
      let side = set.exampleShape.first ?? 0
      guard set.holdsImages, set.exampleShape == [side, side, 1], side % 4 == 0,
        side >= training.exampleShape[0]
      else {
        throw ExperimentError.unexpectedShape(
          set: set.name, found: Array(set.exampleShape), expected: "images of [40, 40, 1]")
      }
      try set.examples.requirePixels()
    }
    guard let labels = training.labels else { throw ExperimentError.noLabels(set: training.name) }
    guard let testLabels = test.labels else { throw ExperimentError.noLabels(set: test.name) }
    let seen = Set(labels.elements.prefix(settings.trainingCount))
    let classCount = (labels.elements.max() ?? 0) + 1
    if let missing = (0..<classCount).first(where: { !seen.contains($0) }) {
      throw ExperimentError.emptyClass(set: training.name, label: missing)
    }
    if let wrong = testLabels.elements.first(where: { !(0..<classCount).contains($0) }) {
      throw ExperimentError.unknownLabel(set: test.name, label: wrong, classes: classCount)
    }
    self.classCount = classCount
    self.training = training
    self.test = test
    self.controls = controls
    self.clutter = clutter
    self.settings = settings
    store = OvergeneralizationStore(folder: folder)
  }

  /// What `run` is at: a part, and how far it is where that is known.
  public struct Progress: Sendable {
    public let part: String
    public let done, of: Int
  }

  /// Trains, attacks and measures. The same settings and images give the same report.
  /// - Throws: What training and scoring throw; the first error of `progress`.
  public func run(progress: @escaping (Progress) throws -> Void = { _ in }) throws -> OvergeneralizationReport
  {
    let data = OvergeneralizationData(self)
    let panel = try OvergeneralizationPanel(data, settings, store, progress: progress)
    let scenes = clutter.map {
      OvergeneralizationStore.digest($0.training.examples) + OvergeneralizationStore.digest($0.test.examples)
    }
    let key = OvergeneralizationStore.key(settings, data.digest, scenes ?? "drawn")
    func part<Value: Codable>(_ name: String, _ make: () throws -> Value) throws -> Value {
      try progress(Progress(part: name, done: 0, of: 1))
      return try store.result(name, key: key, make: make)
    }
    let measurement = OvergeneralizationMeasurement(data: data, panel: panel, settings: settings)
    let classifiers = try part("accuracy") { try measurement.classifiers() }
    let fooling = try part("fooling") {
      try FoolingPart(data: data, panel: panel, settings: settings).run(progress: progress)
    }
    let radius = try part("radius") { try measurement.radiusAttacks() }
    let scores = try part("scores") { try measurement.scores() }
    let openSet = try part("open-set") {
      try OpenSetPart(data: data, settings: settings).run(progress: progress)
    }
    let oneClass = try part("one-class") {
      try OneClassPart(data: data, settings: settings).run(progress: progress)
    }
    let recorded = clutter.map { (training: $0.training.examples, test: $0.test.examples) }
    let cluttered = try part("clutter") {
      try ClutterPart(data: data, settings: settings, recorded: recorded).run(progress: progress)
    }
    let rings = try part("rings") { try RingsPart(settings: settings).run() }
    let gate = data.gate
    return OvergeneralizationReport(
      settings: settings, trainingSet: training.name, testSet: test.name, classifiers: classifiers,
      blackDistance: gate.black, meanImageDistance: gate.mean, fooling: fooling.rows,
      nearestDistanceOfTest: fooling.nearestDistanceOfTest, radiusAttacks: radius, scores: scores,
      openSet: openSet, oneClass: oneClass, clutter: cluttered, rings: rings, pictures: fooling.pictures)
  }
}
