import GenModels
import OODDatasets
import OODMetrics

/// The classifiers and discriminators of the experiment, each trained several times.
struct OutlierTrainings: Sendable {
  typealias Progress = OutlierGenerationExperiment.Progress

  private let experiment: OutlierGenerationExperiment
  private let storage: OutlierGenerationStorage
  private let methods: [OutlierMethod]
  private let flow: Flow
  private var settings: OutlierGenerationSettings { experiment.settings }

  init(
    _ experiment: OutlierGenerationExperiment, _ storage: OutlierGenerationStorage,
    _ methods: [OutlierMethod],
    flow: Flow
  ) {
    self.experiment = experiment
    self.storage = storage
    self.methods = methods
    self.flow = flow
  }

  /// A task for each training: all of the first repetition, then of the next.
  var tasks: [ExperimentTasks<Progress>.Task] {
    (0..<settings.repetitions).flatMap { number in
      methods.map { method in
        task(method.name, number) { _ = try line(method, number, $0) }
      }
        + settings.discriminatorFactors.map { p in
          task(Self.name(ofDiscriminator: p), number) { _ = try line(discriminator: p, number, $0) }
        }
    }
  }

  private func task(
    _ method: String, _ number: Int,
    _ perform: @escaping @Sendable (_ progress: (Progress) throws -> Void) throws -> Void
  ) -> ExperimentTasks<Progress>.Task {
    .init(
      name: OutlierGenerationStorage.name(method, number),
      isDone: { storage.line(method, number) != nil }, perform: { try perform($0) })
  }

  private static func name(ofDiscriminator p: Double) -> String { "discriminator \(p)" }

  private func line(
    _ method: OutlierMethod, _ number: Int, _ progress: (Progress) throws -> Void
  ) throws -> OutlierGenerationStorage.Line {
    try storage.line(method.name, number) {
      try classifier(method, number) {
        try progress(.training("\(method.name), \(number + 1) of \(settings.repetitions)", $0))
      }
    }
  }

  private func line(
    discriminator p: Double, _ number: Int, _ progress: (Progress) throws -> Void
  ) throws -> OutlierGenerationStorage.Line {
    let name = Self.name(ofDiscriminator: p)
    return try storage.line(name, number) {
      try discriminator(p, flow, number) {
        try progress(.training("\(name), \(number + 1) of \(settings.repetitions)", $0))
      }
    }
  }

  /// The tables' rows.
  func rows(
    progress: (Progress) throws -> Void
  ) throws -> (classifiers: [OutlierGenerationReport.Row], discriminators: [OutlierGenerationReport.Row]) {
    var first: [OutlierGenerationStorage.Line]?
    var classifiers: [OutlierGenerationReport.Row] = []
    for method in methods {
      let lines = try (0..<settings.repetitions).map { try line(method, $0, progress) }
      classifiers.append(Self.row(method.name, method.about, lines, first))
      if first == nil { first = lines }
    }
    let discriminators = try settings.discriminatorFactors.map { p -> OutlierGenerationReport.Row in
      let lines = try (0..<settings.repetitions).map { try line(discriminator: p, $0, progress) }
      return Self.row(
        "\(p)", "Images against draws at \(p) times the largest radius of as many draws as there are images.",
        lines, nil)
    }
    return (classifiers, discriminators)
  }

  private static func row(
    _ name: String, _ about: String, _ lines: [OutlierGenerationStorage.Line],
    _ first: [OutlierGenerationStorage.Line]?
  ) -> OutlierGenerationReport.Row {
    .init(
      name: name, about: about, accuracy: RepeatedMean(lines.map(\.accuracy)),
      sets: lines[0].auroc.indices.map { set in
        .init(
          auroc: RepeatedMean(lines.map { $0.auroc[set] }),
          averagePrecision: RepeatedMean(lines.map { $0.averagePrecision[set] }),
          gain: first.map { first in
            RepeatedMean(zip(lines, first).map { $0.auroc[set] - $1.auroc[set] })
          })
      })
  }

  private func trainer(_ number: Int) -> Trainer {
    var trainer = ImageClassifier.trainer
    trainer.epochs = settings.classifierEpochs
    trainer.batchSize = settings.batchSize
    trainer.seed = settings.seed &+ UInt64(number)
    return trainer
  }

  private func layers(_ classes: Int) -> [LayerSpecification] {
    ImageClassifier.layers(
      exampleShape: experiment.training.exampleShape, classes: classes, maps: settings.maps)
  }

  private func random(_ name: String, _ number: Int) -> RandomGenerator {
    RandomGenerator(seed: settings.seed).split(name).split(UInt64(number))
  }

  private func classifier(
    _ method: OutlierMethod, _ number: Int, _ progress: (TrainingProgress) throws -> Void
  ) throws -> OutlierGenerationStorage.Line {
    var random = random(method.name, number)
    let (images, labels) = (experiment.images, experiment.labels)
    func line(_ model: some Classifier, score: (Tensor) throws -> [Double]) throws
      -> OutlierGenerationStorage.Line
    {
      let error = try model.error(experiment.testImages, labels: experiment.testLabels)
      return try self.line(method.name, number, accuracy: 1 - error, score: score)
    }
    func leastClaim(_ model: ImageClassifier) -> (Tensor) throws -> [Double] {
      { try model.probabilities($0).maximum(axis: 1).elements.map { 1 - Double($0) } }
    }
    switch method.source {
    case .none:
      let model = try ImageClassifier.train(
        on: images, labels: labels, classes: experiment.classCount, maps: settings.maps,
        trainer: trainer(number), progress: progress
      ).model
      return try line(model, score: leastClaim(model))
    case .generator(let generator):
      let outliers = try generator.outliers(count: settings.outlierCount, using: &random)
      let model = try ImageClassifier.train(
        on: images, labels: labels, classes: experiment.classCount, against: outliers,
        objective: .uniform(beta: settings.beta), layers: layers, trainer: trainer(number), progress: progress
      ).model
      return try line(model, score: leastClaim(model))
    case .features(let synthesis):
      let model = try VirtualOutlierClassifier.train(
        on: images, labels: labels, classes: experiment.classCount, maps: settings.maps, synthesis: synthesis,
        trainer: trainer(number), progress: progress
      ).model
      return try line(model, score: model.score)
    }
  }

  private func discriminator(
    _ p: Double, _ flow: Flow, _ number: Int, _ progress: (TrainingProgress) throws -> Void
  ) throws -> OutlierGenerationStorage.Line {
    var random = random(Self.name(ofDiscriminator: p), number)
    let images = experiment.images
    let generator = FlowOutliers(flow, radius: .gumbel(p, count: max(2, images.exampleCount))).clamped(
      to: 0...1)
    let outliers = try generator.outliers(count: settings.outlierCount, using: &random)
    let model = try ImageClassifier.train(
      on: images, labels: Indexes([Int](repeating: 0, count: images.exampleCount)), classes: 1,
      against: outliers,
      objective: .extraClass(weight: 1), layers: layers, trainer: trainer(number), progress: progress
    ).model
    // Logits, for probabilities of 1 all look alike.
    func score(_ x: Tensor) throws -> [Double] {
      let logits = try model.logits(x)
      return (0..<x.exampleCount).map { Double(logits[$0, 1]) - Double(logits[$0, 0]) }
    }
    let inside = try score(experiment.testImages).count { $0 < 0 }
    return try line(
      "discriminator \(p)", number, accuracy: Double(inside) / Double(settings.testCount), score: score)
  }

  private func line(
    _ method: String, _ number: Int, accuracy: Double, score: (Tensor) throws -> [Double]
  ) throws -> OutlierGenerationStorage.Line {
    let inside = try score(experiment.testImages)
    let rankings = try experiment.controlImages.map {
      try ScoreRanking(inDistribution: inside, outOfDistribution: try score($0))
    }
    return .init(
      method: method, repetition: number, accuracy: accuracy, auroc: rankings.map(\.auroc),
      averagePrecision: rankings.map { $0.averagePrecision(positive: .outOfDistribution) })
  }
}
