import GenModels

/// The trained networks of an overgeneralization experiment: each is trained, or taken from the store.
struct OvergeneralizationModels: Sendable {
  typealias Reporting = (OvergeneralizationExperiment.Progress) throws -> Void

  let data: OvergeneralizationData
  let settings: OvergeneralizationSettings
  let store: OvergeneralizationStore
  private let key: String

  private var training: OvergeneralizationSettings.Training { settings.training }

  init(
    data: OvergeneralizationData, settings: OvergeneralizationSettings, store: OvergeneralizationStore
  ) {
    self.data = data
    self.settings = settings
    self.store = store
    key = ResultStore.key(
      settings.training, data.classCount, ResultStore.digest(data.images, data.labels))
  }

  /// A task for each network, those that take longest first.
  var tasks: [ExperimentTasks<OvergeneralizationExperiment.Progress>.Task] {
    func task<Trained>(
      _ name: String,
      _ make: @escaping @Sendable (OvergeneralizationModels, @escaping Reporting) throws -> Trained
    ) -> ExperimentTasks<OvergeneralizationExperiment.Progress>.Task {
      .init(
        name: name, isDone: { store.hasModel(name, key: key) }, perform: { _ = try make(self, $0) })
    }
    return [
      task("cool") { try $0.overcomplete($1) },
      task("dae-symmetric") { try $0.denoising(.symmetric, $1) },
      task("dae-asymmetric") { try $0.denoising(.asymmetric, $1) },
      task("cnn") { try $0.plain($1) },
      task("judge-convolutional") { try $0.convolutionalJudge($1) },
      task("judge-fully-connected") { try $0.connectedJudge($1) },
    ]
  }

  private func trained<Trained: Network>(
    _ name: String, _ progress: @escaping Reporting,
    _ train: (Trainer, (TrainingProgress) throws -> Void) throws -> TrainingResult<Trained>
  ) throws -> Trained {
    try store.model(name, key: key) {
      try train(training.trainer(role: name, epochs: training.epochs)) { step in
        try progress(.init(part: "training \(name)", done: step.step, of: step.steps))
      }.model
    }
  }

  func plain(_ progress: @escaping Reporting) throws -> ImageClassifier {
    try trained("cnn", progress) { trainer, report in
      try ImageClassifier.train(
        ImageClassifier.unpaddedLayers(
          classes: data.classCount, maps: training.maps, hidden: training.hidden),
        on: data.images, labels: data.labels, trainer: trainer, progress: report)
    }
  }

  func overcomplete(_ progress: @escaping Reporting) throws -> CompetitiveOvercompleteClassifier {
    try trained("cool", progress) { trainer, report in
      try CompetitiveOvercompleteClassifier.train(
        on: data.images, labels: data.labels, classes: data.classCount,
        overcompleteness: training.overcompleteness, maps: training.maps, hidden: training.hidden,
        trainer: trainer, progress: report)
    }
  }

  func denoising(
    _ decoder: DenoisingClassifier.DecoderShape, _ progress: @escaping Reporting
  ) throws -> DenoisingClassifier {
    try trained(decoder == .symmetric ? "dae-symmetric" : "dae-asymmetric", progress) { trainer, report in
      try DenoisingClassifier.train(
        training.architecture(Array(data.images.shape.dropFirst()), data.classCount, decoder),
        on: data.images, labels: data.labels, settings: training.denoising(trainer), progress: report)
    }
  }

  func convolutionalJudge(_ progress: @escaping Reporting) throws -> ImageClassifier {
    try trained("judge-convolutional", progress) { trainer, report in
      try ImageClassifier.train(
        on: data.images, labels: data.labels, classes: data.classCount, maps: max(4, training.maps / 2),
        hidden: max(16, training.hidden / 2), trainer: trainer, progress: report)
    }
  }

  func connectedJudge(_ progress: @escaping Reporting) throws -> ImageClassifier {
    try trained("judge-fully-connected", progress) { trainer, report in
      try ImageClassifier.train(
        [
          .flatten, .dense(units: 512, activation: .relu), .dropout(probability: 0.3),
          .dense(units: 256, activation: .relu), .dense(units: data.classCount),
        ], on: data.images, labels: data.labels, trainer: trainer, progress: report)
    }
  }
}
