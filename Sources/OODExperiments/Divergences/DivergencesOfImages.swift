import GenModels
import OODDatasets
import OODMetrics

/// One flow of images, untrained and under every criterion.
struct DivergencesOfImages {
  private let experiment: DivergencesExperiment
  private let storage: DivergencesStorage
  private var settings: DivergencesSettings { experiment.settings }

  init(_ experiment: DivergencesExperiment, _ storage: DivergencesStorage) {
    self.experiment = experiment
    self.storage = storage
  }

  struct Found {
    let row: DivergencesReport.ImageRow
    let picture: DivergencePicture
  }

  func rows(progress: (DivergencesExperiment.Progress) throws -> Void) throws -> [Found] {
    let images = experiment.images
    let shape = Array(experiment.training.exampleShape)
    let fresh = Flow(
      .glow(
        images: shape, levels: 2, steps: settings.steps, hiddenChannels: settings.hiddenChannels),
      seed: settings.seed)
    try progress(.working("measuring the flow without training"))
    var found = [
      try measure(
        fresh.initialized(from: images), "untrained", "Set from the images' means and deviations alone.", 0)
    ]
    for method in DivergenceMethod.all {
      let trained = try storage.flow("images " + method.name) { checkpointing in
        try train(fresh, images, by: method, checkpointing) { try progress(.training(method.name, $0)) }
      }
      try progress(.working("measuring \(method.name)"))
      found.append(try measure(trained.flow, method.name, method.about, trained.seconds))
    }
    return found
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
