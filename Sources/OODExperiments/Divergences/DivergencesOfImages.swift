import GenModels
import OODDatasets
import OODMetrics

/// One flow of images, untrained and under every criterion.
struct DivergencesOfImages: Sendable {
  private let experiment: DivergencesExperiment
  private let storage: DivergencesStorage
  private var settings: DivergencesSettings { experiment.settings }

  init(_ experiment: DivergencesExperiment, _ storage: DivergencesStorage) {
    self.experiment = experiment
    self.storage = storage
  }

  /// A flow, or one that is not trained: what the folder keeps.
  struct Found: Codable, Sendable {
    let row: DivergencesReport.ImageRow
    let picture: DivergencePicture
  }

  /// A task for each criterion, those with several steps of a critic first, and for the flow without training.
  var tasks: [ExperimentTasks<DivergencesExperiment.Progress>.Task] {
    let methods =
      DivergenceMethod.all.filter { $0.criticSteps > 1 }
      + DivergenceMethod.all.filter { $0.criticSteps == 1 }
    return methods.map { method in
      storage.task(Self.name(method)) { try found(method, $0) }
    } + [storage.task(Self.untrained) { try foundUntrained($0) }]
  }

  func rows(progress: (DivergencesExperiment.Progress) throws -> Void) throws -> [Found] {
    [try storage.found(Self.untrained) { try foundUntrained(progress) }]
      + (try DivergenceMethod.all.map { method in
        try storage.found(Self.name(method)) { try found(method, progress) }
      })
  }

  private static let untrained = "images untrained"
  private static func name(_ method: DivergenceMethod) -> String { "images " + method.name }

  private var fresh: Flow {
    Flow(
      .glow(
        images: Array(experiment.training.exampleShape), levels: 2, steps: settings.steps,
        hiddenChannels: settings.hiddenChannels), seed: settings.seed)
  }

  private func foundUntrained(
    _ progress: (DivergencesExperiment.Progress) throws -> Void
  ) throws -> Found {
    try progress(.working("measuring the flow without training"))
    return try measure(
      fresh.initialized(from: experiment.images), "untrained",
      "Set from the images' means and deviations alone.", 0)
  }

  private func found(
    _ method: DivergenceMethod, _ progress: (DivergencesExperiment.Progress) throws -> Void
  ) throws -> Found {
    let trained = try storage.flow(Self.name(method)) { checkpointing in
      try train(fresh, experiment.images, by: method, checkpointing) {
        try progress(.training(method.name, $0))
      }
    }
    try progress(.working("measuring \(method.name)"))
    return try measure(trained.flow, method.name, method.about, trained.seconds)
  }

  private func train(
    _ flow: Flow, _ images: Tensor, by method: DivergenceMethod, _ checkpointing: Checkpointing?,
    progress: (TrainingProgress) throws -> Void
  ) throws -> Flow {
    // The flow sees each image as often under every criterion.
    let isLikelihood = method.criterion == .kullbackLeibler
    let trainer = Trainer(
      optimizer: isLikelihood ? Adam(learningRate: 1e-3) : Adam(learningRate: 2e-4, beta1: 0.5),
      epochs: settings.epochs * method.criticSteps, batchSize: settings.batchSize, seed: settings.seed,
      schedule: .cosine(floor: 0.05), clipping: .norm(50), checkpointing: checkpointing)
    let discriminator = AdversarialLayers.convolutionalEncoder(
      flow.architecture.exampleShape, channels: settings.discriminatorChannels, outputs: 1)
    return try flow.train(
      on: images, by: method.criterion,
      settings: FlowCriterionTraining(
        trainer: trainer, discriminator: discriminator, criticSteps: method.criticSteps), progress: progress
    ).model
  }

  private func measure(
    _ flow: Flow, _ name: String, _ about: String, _ seconds: Double?
  ) throws -> Found {
    var random = RandomGenerator(seed: settings.seed).split("draws")
    let drawn = flow.sample(count: min(1000, settings.testCount), using: &random)
    let test = try flow.logDensity(experiment.testImages)
    let known = try flow.logDensity(experiment.images.examples(0..<min(1000, settings.trainingCount)))
    let middle = known.reduce(0, +) / Double(known.count)
    func interval(_ inside: [Double], _ outside: [Double]) throws -> DivergencesReport.Interval {
      let ranking = try ScoreRanking(inDistribution: inside, outOfDistribution: outside)
      let interval = try ranking.delongAUROC(level: 0.95).interval
      return .init(auroc: ranking.auroc, low: interval.lowerBound, high: interval.upperBound)
    }
    let controls = try experiment.controlImages.map { try flow.logDensity($0) }
    let isFinite = drawn.firstNonFinite == nil
    let row = DivergencesReport.ImageRow(
      name: name, about: about,
      bitsPerDimension: test.reduce(0) { $0 + flow.architecture.bitsPerDimension(nats: $1) }
        / Double(test.count),
      slicedWasserstein: isFinite
        ? try SlicedWasserstein().distance(
          drawn, experiment.testImages.examples(0..<drawn.exampleCount)) : .infinity,
      likelihood: try controls.map { try interval(test.map { -$0 }, $0.map { -$0 }) },
      typicality: try controls.map {
        try interval(test.map { abs($0 - middle) }, $0.map { abs($0 - middle) })
      }, parameterCount: flow.parameterCount, seconds: seconds)
    return Found(
      row: row,
      picture: DivergencePicture(
        .images, name, about: "Draws.", size: 44, drawn.examples(0..<min(16, drawn.exampleCount))))
  }
}
