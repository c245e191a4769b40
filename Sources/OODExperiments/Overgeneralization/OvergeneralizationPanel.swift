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
    let models = OvergeneralizationModels(data: data, settings: settings, store: store)
    let shape = Array(data.images.shape.dropFirst())
    plain = try models.plain(progress)
    overcomplete = try models.overcomplete(progress)
    let symmetric = try models.denoising(.symmetric, progress)
    let asymmetric = try models.denoising(.asymmetric, progress)
    self.symmetric = try symmetric.calibrated(settings, data)
    self.asymmetric = try asymmetric.calibrated(settings, data)
    untrained = try DenoisingClassifier.validating(
      training.architecture(shape, data.classCount, .symmetric), seed: training.seed)
    judges = [try models.convolutionalJudge(progress), try models.connectedJudge(progress)]
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
