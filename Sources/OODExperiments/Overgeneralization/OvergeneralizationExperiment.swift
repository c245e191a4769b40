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
  public struct Progress: TaskProgress {
    public let part: String
    public let done, of: Int

    var looksForCancellation: Bool { false }
    var standing: (part: Double, activity: String) { (Double(done) / Double(max(1, of)), part) }
  }

  /// Trains, attacks and measures, or takes from the folder what is there. The same settings and images give the same report.
  /// - Throws: What training and scoring throw; the first error of `progress`.
  public func run(progress: @escaping (Progress) throws -> Void = { _ in }) throws -> OvergeneralizationReport
  {
    let parts = OvergeneralizationParts(self)
    let panel = try OvergeneralizationPanel(parts.data, settings, store, progress: progress)
    let attacked = OvergeneralizationParts.Attacked(parts, panel)
    let gate = parts.data.gate
    let fooling = try attacked.fooling(progress)
    return OvergeneralizationReport(
      settings: settings, trainingSet: training.name, testSet: test.name,
      classifiers: try attacked.classifiers(progress), blackDistance: gate.black,
      meanImageDistance: gate.mean, fooling: fooling.flatMap(\.rows),
      nearestDistanceOfTest: try attacked.nearestDistanceOfTest(progress),
      radiusAttacks: try attacked.radiusAttacks(progress), scores: try attacked.scores(progress),
      openSet: try parts.openSet(progress), oneClass: try parts.oneClass(progress),
      clutter: try parts.clutter(progress), rings: try parts.rings(progress),
      pictures: fooling.compactMap(\.picture))
  }

  /// Does the experiment's tasks together with everybody who does so in its folder, on any machine that sees it: each trained model and each
  /// result is a task. Where nothing is left, `run` finds all in the folder.
  /// - Throws: As `run`. Traps without a folder.
  public func work(
    _ sharing: WorkSharing = WorkSharing(),
    progress: @escaping @Sendable (Progress) throws -> Void = { _ in }
  ) async throws -> WorkOutcome {
    let parts = OvergeneralizationParts(self)
    return try await ExperimentTasks<Progress>(
      store.folder,
      stages: [
        { _ in parts.tasks },
        {
          .init(
            OvergeneralizationParts.Attacked(
              parts, try OvergeneralizationPanel(parts.data, settings, store, progress: $0)
            ).tasks)
        },
      ]
    ).run(sharing, progress: progress)
  }
}
