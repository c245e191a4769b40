import GenModels
import OODDatasets
import OODMetrics

extension LikelihoodExperiment {
  /// Trains what the settings ask for.
  func train(on images: Tensor, progress: (Progress) -> Void) throws -> LikelihoodModels {
    switch settings.family {
    case .mixture: try trainMixtures(on: images)
    case .realNVP, .glow: try trainFlows(on: images, progress: progress)
    }
  }

  // MARK: Mixtures

  private func trainMixtures(on images: Tensor) throws -> LikelihoodModels {
    var trainings: [LikelihoodReport.Training] = []
    func fit(_ role: LikelihoodRole, _ images: Tensor, seed: UInt64) throws -> AnyDensityModel<Tensor> {
      let clock = ContinuousClock()
      let start = clock.now
      let mixture = try PixelMixture(fitting: images, components: settings.components, seed: seed)
      trainings.append(
        LikelihoodReport.Training(
          role: role.name, seconds: (clock.now - start) / .seconds(1), loss: nil,
          parameterCount: mixture.mixture.parameterCount))
      return AnyDensityModel(mixture)
    }
    var models = LikelihoodModels(main: try fit(.main, images, seed: settings.seed))
    if settings.mutationRate > 0 {
      var random = RandomGenerator(seed: settings.seed).split("mutation")
      let mutated = Mutation(rate: settings.mutationRate).corrupt(images, using: &random)
      models.background = try fit(.background, mutated, seed: settings.seed)
    }
    if settings.ensembleCount > 0 {
      // One fit has no randomness but its noise and start; the members differ by the images that they see.
      models.ensemble = [models.main]
      for number in 1..<settings.ensembleCount {
        var random = RandomGenerator(seed: settings.seed).split("member").split(UInt64(number))
        let resampled = images.rows(random.integers(images.shape[0], below: images.shape[0]))
        models.ensemble.append(
          try fit(.member(number), resampled, seed: settings.seed &+ UInt64(number)))
      }
    }
    models.trainings = trainings
    return models
  }

  // MARK: Flows

  private func trainFlows(on images: Tensor, progress: (Progress) -> Void) throws -> LikelihoodModels {
    let architecture = settings.architecture(Array(training.exampleShape))
    var trainings: [LikelihoodReport.Training] = []
    func fit(
      _ role: LikelihoodRole, _ architecture: Flow.Architecture, seed: UInt64
    ) throws -> Flow {
      let clock = ContinuousClock()
      let start = clock.now
      if let (stored, loss) = try storedFlow(role, architecture, images) {
        trainings.append(
          LikelihoodReport.Training(
            role: role.name, seconds: 0, loss: loss, parameterCount: stored.parameterCount))
        return stored
      }
      let result = try fitted(Flow(architecture, seed: seed), role, images, seed: seed) {
        progress(.training(role: role.name, $0))
      }
      let loss = result.history.last?.loss
      try store(result.model, role, images, loss: loss)
      trainings.append(
        LikelihoodReport.Training(
          role: role.name, seconds: (clock.now - start) / .seconds(1), loss: loss,
          parameterCount: result.model.parameterCount))
      return result.model
    }

    let main = try fit(.main, architecture, seed: settings.seed)
    let untrained = Flow(architecture, seed: settings.seed).initialized(from: images)
    var models = LikelihoodModels(main: density(main), untrained: density(untrained))
    models.flow = main
    if settings.mutationRate > 0 {
      models.background = density(try fit(.background, architecture, seed: settings.seed))
    }
    if settings.ensembleCount > 0 {
      models.ensemble = [models.main]
      for number in 1..<settings.ensembleCount {
        models.ensemble.append(
          density(try fit(.member(number), architecture, seed: settings.seed &+ UInt64(number))))
      }
    }
    if settings.companionCount > 0 {
      models.batchNormalizedFlow = try fit(
        .batchNormalized, architecture.withBatchNormalization, seed: settings.seed)
    }
    models.trainings = trainings
    return models
  }

  /// What a flow is scored as.
  private func density(_ flow: Flow) -> AnyDensityModel<Tensor> {
    settings.noiseDraws == 0
      ? AnyDensityModel(flow)
      : AnyDensityModel(DequantizedFlow(flow, draws: settings.noiseDraws, seed: settings.seed))
  }

  /// Trains one flow; the background model sees mutated images, anew in each step.
  private func fitted(
    _ flow: Flow, _ role: LikelihoodRole, _ images: Tensor, seed: UInt64,
    progress: (TrainingProgress) -> Void
  ) throws -> TrainingResult<Flow> {
    var adam = Adam(learningRate: settings.learningRate)
    if role == .background {
      adam = Adam(
        learningRate: settings.learningRate, decoupledWeightDecay: settings.backgroundWeightDecay)
    }
    let trainer = Trainer(
      optimizer: adam, epochs: settings.epochs, batchSize: settings.batchSize, seed: seed,
      schedule: .warmUp(steps: 50, then: .cosine(floor: 0.05)), clipping: .norm(100))
    guard role == .background else {
      return try flow.train(on: images, trainer: trainer, progress: progress)
    }
    let mutation = Mutation(rate: settings.mutationRate)
    var random = RandomGenerator(seed: seed).split("mutation")
    let start = flow.initialized(from: mutation.corrupt(images, using: &random))
    let half: Float = 0.5 / 255
    return try trainer.train(
      start, on: TrainingSet(images),
      loss: { flow, batch, scope in
        var x = batch.inputs
        if scope.context.isTraining {
          x = scope.context.withRandom { random -> Tensor in
            mutation.corrupt(x, using: &random) + random.uniform(x.shape, in: -half..<half)
          }
        }
        return -flow.logDensities(of: scope.constant(x), context: scope.context).mean()
      }, progress: progress)
  }
}

extension LikelihoodSettings {
  /// The flow's architecture for images of that shape, with 256 grey levels.
  func architecture(_ imageShape: [Int]) -> Flow.Architecture {
    switch family {
    case .glow: .glow(images: imageShape, steps: steps, hiddenChannels: hiddenChannels)
    case .realNVP, .mixture: .realNVP(images: imageShape, couplings: steps, hiddenChannels: hiddenChannels)
    }
  }
}

extension Flow.Architecture {
  /// The same architecture with batch normalization in the place of ActNorm, as Real NVP was published.
  var withBatchNormalization: Flow.Architecture {
    var copy = self
    copy.bijections = bijections.map { $0 == .activationNormalization ? .batchNormalization() : $0 }
    return copy
  }
}
