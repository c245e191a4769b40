import GenModels
import OODMetrics

/// The trained classifiers of an overgeneralization experiment.
struct OvergeneralizationPanel: Sendable {
  /// One classifier as it is attacked and measured.
  struct Member: Sendable {
    let name, about: String
    let classifier: any ClaimingClassifier
    let parameterCount: Int
    /// Where the claims are scaled by a confidence.
    let scaled: ScaledClassifier<DenoisingClassifier>?
  }

  let plain: ImageClassifier
  let overcomplete: CompetitiveOvercompleteClassifier
  let symmetric, asymmetric: ScaledClassifier<DenoisingClassifier>
  /// The symmetric network before training.
  let untrained: DenoisingClassifier
  /// Classifiers that are never attacked.
  let judges: [any Classifier]
  let members: [Member]

  /// Trains, or takes from the store.
  init(
    _ data: OvergeneralizationData, _ settings: OvergeneralizationSettings, _ store: OvergeneralizationStore,
    progress: @escaping (OvergeneralizationExperiment.Progress) throws -> Void
  ) throws {
    let training = settings.training
    let digest = OvergeneralizationStore.digest(data.images, data.labels)
    let shape = Array(data.images.shape.dropFirst())
    func trained<Trained: Network>(
      _ name: String, epochs: Int = training.epochs,
      _ train: (Trainer, (TrainingProgress) throws -> Void) throws -> TrainingResult<Trained>
    ) throws -> Trained {
      try store.model(name, key: OvergeneralizationStore.key(training, data.classCount, digest)) {
        let trainer = training.trainer(role: name, epochs: epochs)
        return try train(trainer) { step in
          try progress(.init(part: "training \(name)", done: step.step, of: step.steps))
        }.model
      }
    }
    let classes = data.classCount
    plain = try trained("cnn") { trainer, report in
      try ImageClassifier.train(
        ImageClassifier.unpaddedLayers(classes: classes, maps: training.maps, hidden: training.hidden),
        on: data.images, labels: data.labels, trainer: trainer, progress: report)
    }
    overcomplete = try trained("cool") { trainer, report in
      try CompetitiveOvercompleteClassifier.train(
        on: data.images, labels: data.labels, classes: classes, overcompleteness: training.overcompleteness,
        maps: training.maps, hidden: training.hidden, trainer: trainer, progress: report)
    }
    func denoising(_ name: String, _ decoder: DenoisingClassifier.DecoderShape) throws -> DenoisingClassifier
    {
      try trained(name) { trainer, report in
        try DenoisingClassifier.train(
          training.architecture(shape, classes, decoder), on: data.images, labels: data.labels,
          settings: training.denoising(trainer), progress: report)
      }
    }
    let symmetric = try denoising("dae-symmetric", .symmetric)
    let asymmetric = try denoising("dae-asymmetric", .asymmetric)
    self.symmetric = try symmetric.calibrated(settings, data)
    self.asymmetric = try asymmetric.calibrated(settings, data)
    untrained = try DenoisingClassifier.validating(
      training.architecture(shape, classes, .symmetric), seed: training.seed)
    judges = [
      try trained("judge-convolutional") { trainer, report in
        try ImageClassifier.train(
          on: data.images, labels: data.labels, classes: classes, maps: max(4, training.maps / 2),
          hidden: max(16, training.hidden / 2), trainer: trainer, progress: report)
      },
      try trained("judge-fully-connected") { trainer, report in
        try ImageClassifier.train(
          [
            .flatten, .dense(units: 512, activation: .relu), .dropout(probability: 0.3),
            .dense(units: 256, activation: .relu), .dense(units: classes),
          ], on: data.images, labels: data.labels, trainer: trainer, progress: report)
      },
    ]
    members = [
      Member(
        name: "CNN", about: "The plain classifier: claims are its softmax.", classifier: plain,
        parameterCount: plain.parameterCount, scaled: nil),
      Member(
        name: "COOL", about: "\(training.overcompleteness) competing units a class (Kardan, Stanley 2017).",
        classifier: overcomplete, parameterCount: overcomplete.parameterCount, scaled: nil),
      Member(
        name: "dAE symmetric", about: "Claims scaled by the confidence of a mirrored decoder (Spigler 2019).",
        classifier: self.symmetric, parameterCount: symmetric.parameterCount, scaled: self.symmetric),
      Member(
        name: "dAE asymmetric", about: "The same with one fully connected layer as decoder.",
        classifier: self.asymmetric, parameterCount: asymmetric.parameterCount, scaled: self.asymmetric),
    ]
  }
}

extension OvergeneralizationSettings.Training {
  /// Adam with a rate that falls along half a cosine; each role has random numbers of its own.
  func trainer(role: String, epochs: Int) -> Trainer {
    var random = RandomGenerator(seed: seed).split(role)
    return Trainer(
      optimizer: Adam(learningRate: learningRate), epochs: epochs, batchSize: batchSize, seed: random.next(),
      schedule: .cosine(floor: 0.01))
  }

  func architecture(
    _ shape: [Int], _ classes: Int, _ decoder: DenoisingClassifier.DecoderShape
  ) -> DenoisingClassifier.Architecture {
    .convolutional(exampleShape: shape, classes: classes, maps: maps, hidden: hidden, decoder: decoder)
  }

  func denoising(_ trainer: Trainer) -> DenoisingTraining {
    DenoisingTraining(trainer: trainer, noise: noise, reconstructionWeight: reconstructionWeight)
  }
}

extension DenoisingClassifier {
  /// The scaled classifier with the α that the settings ask for, from held-out images.
  func calibrated(
    _ settings: OvergeneralizationSettings, heldOut: Tensor, labels: Indexes
  ) throws -> ScaledClassifier<DenoisingClassifier> {
    let own = try self.labels(heldOut, claimingAtLeast: settings.calibrationThreshold)
    let right = zip(own, labels.elements).count { $0 == $1 }
    let reachable = Double(right) / Double(max(1, own.count))
    let accuracy = min(settings.calibrationAccuracy, 0.95 * reachable)
    guard accuracy > 0 else {
      // A classifier that is never so sure: its confidence alone is calibrated.
      return ScaledClassifier(
        try .calibrated(
          self, heldOut: heldOut, keeping: settings.calibrationAccuracy, above: settings.calibrationThreshold,
          norm: settings.norm))
    }
    return try .calibrated(
      self, heldOut: heldOut, labels: labels, accuracy: accuracy, at: settings.calibrationThreshold,
      norm: settings.norm)
  }

  fileprivate func calibrated(
    _ settings: OvergeneralizationSettings, _ data: OvergeneralizationData
  ) throws -> ScaledClassifier<DenoisingClassifier> {
    try calibrated(settings, heldOut: data.heldOut, labels: data.heldOutLabels)
  }
}
