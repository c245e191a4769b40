import GenModels
import OODDatasets
import OODMetrics

/// The same flow trained on several divergences: whether another one than maximum likelihood's makes −ln q a better score of what is
/// foreign. A conjecture of "Likelihood-based models for out-of-distribution detection" (its fifth: misspecified models): in a plane
/// where the truth is known, and on images.
///
/// ```swift
/// let experiment = try DivergencesExperiment(
///   training: Dataset("fashion-mnist:train"), test: Dataset("fashion-mnist:test"),
///   controls: [Dataset("mnist:test")])
/// print(try experiment.run().report.verdicts)
/// ```
public struct DivergencesExperiment: Sendable {
  public let training, test: Dataset
  public let controls: [Dataset]
  public let settings: DivergencesSettings
  /// Where models and results are kept, so that a run goes on; nil for nowhere.
  public let folder: String?

  /// - Throws: `ExperimentError` for settings that make no sense, and sets with too few images or of other shapes.
  public init(
    training: Dataset, test: Dataset, controls: [Dataset],
    settings: DivergencesSettings = DivergencesSettings(), folder: String? = nil
  ) throws(ExperimentError) {
    if let problem = settings.problem { throw .invalidSettings(problem) }
    guard !controls.isEmpty else { throw .invalidSettings("there is no set to compare with") }
    let shape = training.exampleShape
    guard training.holdsImages, shape[2] == 1 || shape[2] == 3, shape[0] % 4 == 0, shape[1] % 4 == 0 else {
      throw .unexpectedShape(
        set: training.name, found: Array(shape), expected: "images whose height and width are multiples of 4")
    }
    for (set, needed) in [(training, settings.trainingCount), (test, settings.testCount)]
      + controls.map({ ($0, settings.testCount) })
    {
      guard set.exampleShape == shape else {
        throw .unexpectedShape(set: set.name, found: Array(set.exampleShape), expected: "images of \(shape)")
      }
      guard set.count >= needed else { throw .tooFewImages(set: set.name, found: set.count, needed: needed) }
    }
    self.training = training
    self.test = test
    self.controls = controls
    self.settings = settings
    self.folder = folder
  }

  /// What `run` is at: which model under which criterion.
  public typealias Progress = ExperimentProgress

  /// What came out.
  public struct Result: Sendable {
    public let report: DivergencesReport
    let pictures: [DivergencePicture]

    /// The report as one self-contained page.
    public var page: DivergencesPage { DivergencesPage(report, pictures: pictures) }
  }

  var images: Tensor { training.examples.examples(0..<settings.trainingCount) }
  var testImages: Tensor { test.examples.examples(0..<settings.testCount) }
  var controlImages: [Tensor] { controls.map { $0.examples.examples(0..<settings.testCount) } }

  /// Trains and measures, or takes from the folder what is there. The same settings and images give the same report, but for its seconds.
  /// - Throws: What training and scoring throw; `ExperimentError.otherResults` for a folder of another run.
  public func run(progress: (Progress) throws -> Void = { _ in }) throws -> Result {
    let storage = try DivergencesStorage(self)
    let plane = DivergencesInPlane(settings, storage)
    let toys = try plane.toys(progress: progress)
    let flows = try DivergencesOfImages(self, storage).rows(progress: progress)
    let report = DivergencesReport(
      settings: settings, trainingSet: training.name, testSet: test.name, controls: controls.map(\.name),
      toys: toys.map(\.toy), images: flows.map(\.row))
    return Result(report: report, pictures: toys.flatMap(\.pictures) + flows.map(\.picture))
  }

  /// Does the experiment's tasks together with everybody who does so in its folder, on any machine that sees it: each flow under each
  /// criterion is one, and goes on from the checkpoint of whoever left it. Where nothing is left, `run` finds all in the folder.
  /// - Throws: As `run`. Traps without a folder.
  public func work(
    _ sharing: WorkSharing = WorkSharing(),
    progress: @escaping @Sendable (Progress) throws -> Void = { _ in }
  ) async throws -> WorkOutcome {
    let storage = try DivergencesStorage(self)
    return try await ExperimentTasks<Progress>(
      folder,
      stages: [
        // Images take longest.
        { _ in
          DivergencesOfImages(self, storage).tasks + DivergencesInPlane(settings, storage).tasks
        }
      ]
    ).run(sharing, progress: progress)
  }
}

/// Images under one title, as the page shows them.
struct DivergencePicture: Codable, Sendable {
  /// Which part of the page it belongs to.
  enum Part: String, Codable { case plane, images }

  let part: Part
  let title: String
  let about: String
  let width, height: Int
  /// The side of an image on the page, in pixels.
  let size: Int
  let strip: ImageStrip

  /// Pixels outside 0...1 count as the nearer end, and what is not finite as 0.
  init(_ part: Part, _ title: String, about: String = "", size: Int, _ images: Tensor) {
    self.part = part
    self.title = title
    self.about = about
    self.size = size
    (height, width) = (images.shape[1], images.shape[2])
    strip = ImageStrip(
      Tensor(images.elements.map { $0.isFinite ? min(max($0, 0), 1) : 0 }, shape: images.shape))
  }
}
