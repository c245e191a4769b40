import GenModels
import OODDatasets
import OODMetrics

/// What likelihood is worth as an out-of-distribution score: a density is trained on one set of images, and asked about the test
/// images of that set and of others, once as it is and once with every repair (Yang Fan, Unsupervised anomaly detection with
/// likelihood-based generative models, 2019, slides "Is likelihood a good OOD measure?"; E. Nalisnick et al., 2019).
///
/// ```swift
/// let experiment = try LikelihoodExperiment(
///   training: Dataset("fashion-mnist:train"), test: Dataset("fashion-mnist:test"),
///   others: [Dataset("mnist:test")])
/// let result = try experiment.run()
/// result.report.scores.first { $0.name == "log-density" }!.comparisons[0].auroc      // far below 0.5
/// try OutputPlace.write(result.page.html.utf8, to: "likelihood.html")
/// ```
public struct LikelihoodExperiment: Sendable {
  /// Images to train on, and to hold out.
  public let training: Dataset
  /// Test images of the training distribution.
  public let test: Dataset
  /// Test images of other distributions.
  public let others: [Dataset]
  public let settings: LikelihoodSettings
  /// A folder that trained models and scores are written to and, when they were made with the same settings on the same images,
  /// taken from; nil for neither.
  public let modelFolder: String?

  /// - Parameters:
  ///   - training: At least `trainingCount + validationCount` images; the first ones are trained on.
  ///   - test: At least `testCount`, as in each of `others`; the first ones are scored.
  ///   - others: Sets that the test images are told from.
  ///   - settings: Sizes of the sets, of the models and of their training.
  ///   - modelFolder: Where trained models and scores are kept for the next run with the same settings; nowhere when nil.
  /// - Throws: `ExperimentError` when the settings make no sense, or a set has too few images or other shapes.
  public init(
    training: Dataset, test: Dataset, others: [Dataset], settings: LikelihoodSettings = LikelihoodSettings(),
    modelFolder: String? = nil
  ) throws(ExperimentError) {
    if let problem = settings.problem { throw .invalidSettings(problem) }
    guard !others.isEmpty else { throw .invalidSettings("there is no set to compare with") }
    guard training.holdsImages else {
      throw .unexpectedShape(
        set: training.name, found: Array(training.exampleShape), expected: "images of [28, 28, 1]")
    }
    for set in [test] + others where set.exampleShape != training.exampleShape {
      throw .unexpectedShape(
        set: set.name, found: Array(set.exampleShape), expected: "images of \(training.exampleShape)")
    }
    let needed = settings.trainingCount + settings.validationCount
    guard training.count >= needed else {
      throw .tooFewImages(set: training.name, found: training.count, needed: needed)
    }
    for set in [test] + others where set.count < settings.testCount {
      throw .tooFewImages(set: set.name, found: set.count, needed: settings.testCount)
    }
    self.training = training
    self.test = test
    self.others = others
    self.settings = settings
    self.modelFolder = modelFolder
  }

  /// What `run` is at: the training of a model by its role ("model", "background", …), or "scoring: " and a score's name.
  public typealias Progress = ExperimentProgress

  /// What came out.
  public struct Result: Sendable {
    public let report: LikelihoodReport
    /// Draws from the trained model, [count, height, width, channels].
    public let samples: Tensor
    /// The first images of each test set, in the order of the report's sets.
    public let examples: [Tensor]

    /// More pictures with their titles: what the model fills in, and what lies between two images, where it can say so.
    public let pictures: [(title: String, images: Tensor)]

    /// The report as one self-contained page.
    public var page: LikelihoodPage {
      LikelihoodPage(report, samples: samples, examples: examples, more: pictures)
    }
  }

  /// Trains, scores and compares, or takes from the folder what is there. The same settings and images give the same report (but for its
  /// seconds).
  /// - Throws: What training and scoring throw; the first error of `progress`.
  public func run(progress: (Progress) throws -> Void = { _ in }) throws -> Result {
    let images = try LikelihoodImages(self)
    let models = try LikelihoodTrainings(self, images).models(progress: progress)
    let report = try LikelihoodScoring(self, images, models).report(progress: progress)
    var random = RandomGenerator(seed: settings.seed).split("samples")
    let samples = models.main.sample(count: 40, using: &random)
    let shown = images.sets.map { $0.sliced(axis: 0, 0..<min(20, settings.testCount)) }
    return Result(
      report: report, samples: samples, examples: shown,
      pictures: try pictures(of: models, examples: shown[0], using: &random))
  }

  /// Does the experiment's tasks together with everybody who does so in its folder, on any machine that sees it: each training is one, and
  /// then each score. Where nothing is left, `run` finds all in the folder.
  /// - Throws: As `run`. Traps without a folder.
  public func work(
    _ sharing: WorkSharing = WorkSharing(),
    progress: @escaping @Sendable (Progress) throws -> Void = { _ in }
  ) async throws -> WorkOutcome {
    let images = try LikelihoodImages(self)
    let trainings = LikelihoodTrainings(self, images)
    return try await ExperimentTasks<Progress>(
      modelFolder,
      stages: [
        { _ in try trainings.tasks },
        { progress in try LikelihoodScoring(self, images, trainings.models(progress: progress)).tasks },
      ]
    ).run(sharing, progress: progress)
  }

  /// What the main model fills in, and what its decoder sees between two images.
  private func pictures(
    of models: LikelihoodModels, examples: Tensor, using random: inout RandomGenerator
  ) throws -> [(title: String, images: Tensor)] {
    var pictures: [(title: String, images: Tensor)] = []
    if let painter = models.network as? any InPainter {
      let (height, width, depth) = (examples.shape[1], examples.shape[2], examples.shape[3])
      let known = Tensor.ones([height / 2, width, depth]).zeroPadded(
        axis: 0, before: 0, after: height - height / 2)
      pictures.append(
        (
          "Upper halves of \(test.name), lower halves drawn",
          try painter.inPaint(examples, known: known, using: &random)
        ))
    }
    if let autoencoder = models.network as? VariationalAutoencoder, examples.shape[0] >= 2 {
      let means = try autoencoder.latentMeans(examples.sliced(axis: 0, 0..<2))
      let (first, last) = (means.sliced(axis: 0, 0..<1), means.sliced(axis: 0, 1..<2))
      let places = Tensor((0..<20).map { Float($0) / 19 }, shape: [20, 1])
      pictures.append(
        (
          "Decoded along the line between two images' latent means",
          autoencoder.decodedMeans(first * (1 - places) + last * places)
        ))
    }
    return pictures
  }
}
