import GenModels
import OODDatasets
import OODMetrics

/// Outliers made by normalizing flows, and what classifiers learn from them (T. Bungert, An exploration of normalizing flows for outlier
/// generation, 2021): a flow and deep archetypes are trained on one set of images, classifiers and discriminators against outliers of
/// every kind, several times each, and asked about sets that they have not seen.
///
/// ```swift
/// let experiment = try OutlierGenerationExperiment(
///   training: Dataset("mnist:train"), test: Dataset("mnist:test"), controls: [Dataset("kmnist:test")])
/// let result = try experiment.run()
/// ```
public struct OutlierGenerationExperiment: Sendable {
  public let training, test: Dataset
  public let controls: [Dataset]
  /// Real outliers, none of which is in a control set; nil without.
  public let exposure: Dataset?
  public let settings: OutlierGenerationSettings
  /// Where models and finished rows are kept, so that a run goes on; nil for nowhere.
  public let folder: String?

  /// - Throws: `ExperimentError` for settings that make no sense, and sets without classes, with too few images or of
  ///   other shapes.
  public init(
    training: Dataset, test: Dataset, controls: [Dataset], exposure: Dataset? = nil,
    settings: OutlierGenerationSettings = OutlierGenerationSettings(), folder: String? = nil
  ) throws(ExperimentError) {
    if let problem = settings.problem { throw .invalidSettings(problem) }
    guard !controls.isEmpty else { throw .invalidSettings("there is no set to compare with") }
    let shape = training.exampleShape
    guard training.holdsImages, shape[2] == 1 || shape[2] == 3, shape[0] % 4 == 0, shape[1] % 4 == 0 else {
      throw .unexpectedShape(
        set: training.name, found: Array(shape), expected: "images whose height and width are multiples of 4")
    }
    for set in [test] + controls + (exposure.map { [$0] } ?? []) where set.exampleShape != shape {
      throw .unexpectedShape(set: set.name, found: Array(set.exampleShape), expected: "images of \(shape)")
    }
    for (set, needed) in [(training, settings.trainingCount), (test, settings.testCount)]
      + controls.map({ ($0, settings.testCount) })
    {
      guard set.count >= needed else { throw .tooFewImages(set: set.name, found: set.count, needed: needed) }
    }
    for set in [training, test] {
      guard let labels = set.labels, Set(labels.elements).count >= 2 else { throw .noClasses(set: set.name) }
    }
    self.training = training
    self.test = test
    self.controls = controls
    self.exposure = exposure
    self.settings = settings
    self.folder = folder
  }

  /// What `run` is at. Trainings are "flow", "archetypes", or a method and its repetition.
  public typealias Progress = ExperimentProgress

  /// What came out.
  public struct Result: Sendable {
    public let report: OutlierGenerationReport
    let pictures: [OutlierPicture]

    /// The report as one self-contained page.
    public var page: OutlierGenerationPage { OutlierGenerationPage(report, pictures: pictures) }
  }

  /// The training images, and their labels.
  var images: Tensor { training.examples.sliced(axis: 0, 0..<settings.trainingCount) }
  var labels: Indexes { first(settings.trainingCount, of: training) }
  var testImages: Tensor { test.examples.sliced(axis: 0, 0..<settings.testCount) }
  var testLabels: Indexes { first(settings.testCount, of: test) }
  var controlImages: [Tensor] { controls.map { $0.examples.sliced(axis: 0, 0..<settings.testCount) } }
  var classCount: Int { 1 + Int((training.labels!.elements + test.labels!.elements).max() ?? 0) }

  private func first(_ count: Int, of set: Dataset) -> Indexes {
    Indexes(set.labels!.elements.prefix(count).map { Int($0) })
  }

  /// Trains, asks and compares. The same settings and images give the same report.
  /// - Throws: What training and scoring throw; `ExperimentError.otherResults` for a folder of another run.
  public func run(progress: (Progress) throws -> Void = { _ in }) throws -> Result {
    let storage = try OutlierGenerationStorage(self)
    let flow = try flow(storage, progress)
    let archetypes = try archetypes(storage, progress)
    let methods = try methods(flow: flow, archetypes: archetypes)
    let rows = try OutlierTrainings(self, storage, methods, flow: flow).rows(progress: progress)
    try progress(.working("measuring radii and archetypes"))
    let analysis = LatentAnalysis(self, flow: flow)
    let byCount = try analysis.archetypesByCount()
    let report = OutlierGenerationReport(
      settings: settings, trainingSet: training.name, controls: controls.map(\.name),
      classifiers: rows.classifiers, discriminators: rows.discriminators, radii: try analysis.radii(),
      classDistances: try analysis.classDistances(), classNames: (0..<classCount).map { className($0) },
      archetypes: try analysis.archetypes(archetypes, untrained: freshArchetypes(), byCount: byCount))
    try progress(.working("drawing pictures"))
    return Result(
      report: report,
      pictures: try OutlierPicture.all(
        self, flow: flow, archetypes: archetypes, byCount: byCount, methods: methods))
  }

  /// Does the experiment's tasks together with everybody who does so in its folder, on any machine that sees it: each trained model is
  /// one. Where nothing is left, `run` finds all in the folder.
  /// - Throws: As `run`. Traps without a folder.
  public func work(
    _ sharing: WorkSharing = WorkSharing(),
    progress: @escaping @Sendable (Progress) throws -> Void = { _ in }
  ) async throws -> WorkOutcome {
    let storage = try OutlierGenerationStorage(self)
    return try await ExperimentTasks<Progress>(
      folder,
      stages: [
        { _ in
          [
            .init(
              name: "archetypes", isDone: { storage.hasModel("archetypes") },
              perform: { _ = try archetypes(storage, $0) }),
            .init(
              name: "flow", isDone: { storage.hasModel("flow") }, perform: { _ = try flow(storage, $0) }),
          ]
        },
        { progress in
          let flow = try flow(storage, progress)
          let methods = try methods(flow: flow, archetypes: archetypes(storage, progress))
          return OutlierTrainings(self, storage, methods, flow: flow).tasks
        },
      ]
    ).run(sharing, progress: progress)
  }

  private func flow(
    _ storage: OutlierGenerationStorage, _ progress: (Progress) throws -> Void
  ) throws -> Flow {
    try storage.model("flow", as: Flow.self) { try trainFlow { try progress(.training("flow", $0)) } }
  }

  private func archetypes(
    _ storage: OutlierGenerationStorage, _ progress: (Progress) throws -> Void
  ) throws -> ArchetypalFlow {
    try storage.model("archetypes", as: ArchetypalFlow.self) {
      try trainArchetypes { try progress(.training("archetypes", $0)) }
    }
  }

  private func methods(flow: Flow, archetypes: ArchetypalFlow) throws -> [OutlierMethod] {
    try OutlierMethod.all(
      flow: flow, archetypes: archetypes, images: images, labels: labels, real: exposure?.examples,
      settings: settings)
  }

  private func className(_ number: Int) -> String {
    guard let names = training.classNames, number < names.count else { return "\(number)" }
    return names[number]
  }

  private func trainer(_ epochs: Int, _ rate: Double = 1e-3) -> Trainer {
    Trainer(
      optimizer: Adam(learningRate: rate), epochs: epochs, batchSize: settings.batchSize, seed: settings.seed,
      schedule: .cosine(), clipping: .norm(50))
  }

  private var flowArchitecture: Flow.Architecture {
    .realNVP(
      images: Array(training.exampleShape), levels: 2, couplings: settings.couplings,
      hiddenChannels: settings.hiddenChannels, clamp: 2, greyLevels: 256)
  }

  private func trainFlow(_ progress: (TrainingProgress) throws -> Void) throws -> Flow {
    try Flow(validating: flowArchitecture, seed: settings.seed)
      .train(on: images, trainer: trainer(settings.flowEpochs), progress: progress).model
  }

  private func freshArchetypes() throws -> ArchetypalFlow {
    let width = training.exampleShape.elementCount
    return try ArchetypalFlow.validating(
      .init(
        flow: flowArchitecture, features: min(settings.archetypeFeatures, width),
        maps: .init(archetypes: settings.archetypes, classCount: classCount)), seed: settings.seed)
  }

  private func trainArchetypes(_ progress: (TrainingProgress) throws -> Void) throws -> ArchetypalFlow {
    try freshArchetypes().train(
      on: images, labels: labels, trainer: trainer(settings.flowEpochs), progress: progress
    ).model
  }
}
