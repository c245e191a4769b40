import GenModels
import OODDatasets
import OODMetrics

extension LikelihoodExperiment {
  /// Trains what the settings ask for.
  func train(on images: Tensor, progress: (Progress) -> Void) throws -> LikelihoodModels {
    guard let network = settings.family.network else { return try trainMixtures(on: images) }
    let shape = Array(training.exampleShape)
    return try trainNetworks(on: images, progress: progress) { try network(settings, shape, $0) }
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

  // MARK: Networks

  private func trainNetworks(
    on images: Tensor, progress: (Progress) -> Void, make: (UInt64) throws -> any TrainableDensity
  ) throws -> LikelihoodModels {
    var trainings: [LikelihoodReport.Training] = []
    func fit<Model: TrainableDensity>(_ role: LikelihoodRole, _ start: Model, seed: UInt64) throws -> Model {
      let clock = ContinuousClock()
      let begin = clock.now
      if let (stored, loss) = try storedNetwork(role, like: start, images) {
        trainings.append(
          LikelihoodReport.Training(
            role: role.name, seconds: 0, loss: loss, parameterCount: stored.parameterCount))
        return stored
      }
      let result = try start.train(on: images, settings: recipe(role, seed: seed)) {
        progress(.training(role: role.name, $0))
      }
      let loss = result.history.last?.loss
      try store(result.model, role, images, loss: loss)
      trainings.append(
        LikelihoodReport.Training(
          role: role.name, seconds: (clock.now - begin) / .seconds(1), loss: loss,
          parameterCount: result.model.parameterCount))
      return result.model
    }
    func fitAny(_ role: LikelihoodRole, seed: UInt64) throws -> any TrainableDensity {
      try fit(role, make(seed), seed: seed)
    }

    let main = try fitAny(.main, seed: settings.seed)
    let untrained = prepared(try make(settings.seed), for: images)
    var models = LikelihoodModels(main: try density(main), untrained: try density(untrained))
    models.network = main
    if settings.mutationRate > 0 {
      models.background = try density(fitAny(.background, seed: settings.seed))
    }
    if settings.ensembleCount > 0 {
      models.ensemble = [models.main]
      for number in 1..<settings.ensembleCount {
        models.ensemble.append(
          try density(fitAny(.member(number), seed: settings.seed &+ UInt64(number))))
      }
    }
    if settings.companionCount > 0, let flow = main as? Flow {
      models.batchNormalizedFlow = try fit(
        .batchNormalized, Flow(flow.architecture.withBatchNormalization, seed: settings.seed),
        seed: settings.seed)
    }
    models.trainings = trainings
    return models
  }

  private func prepared(_ model: some TrainableDensity, for images: Tensor) -> any TrainableDensity {
    model.prepared(for: images, labels: nil, using: RandomGenerator(seed: 0))
  }

  /// What a network is scored as: a flow of grey levels between them, a bound by its importance samples, a density as it is.
  private func density(_ model: any TrainableDensity) throws -> AnyDensityModel<Tensor> {
    func erased(_ density: some DensityModel<Tensor>) -> AnyDensityModel<Tensor> { AnyDensityModel(density) }
    func sampled<Bound: DensityBound<Tensor> & Model>(_ bound: Bound) -> AnyDensityModel<Tensor> {
      AnyDensityModel(
        ImportanceSampledDensity(bound, samples: settings.importanceSamples, seed: settings.seed))
    }
    if let flow = model as? Flow, settings.noiseDraws > 0 {
      return AnyDensityModel(DequantizedFlow(flow, draws: settings.noiseDraws, seed: settings.seed))
    }
    if let density = model as? any DensityModel<Tensor> { return erased(density) }
    guard let bound = model as? any DensityBound<Tensor> & Model else {
      throw ExperimentError.invalidSettings(
        "the model \(settings.family.rawValue) knows neither ln p nor a bound on it")
    }
    return sampled(bound)
  }

  /// How a network is trained; the background model sees mutated images, anew in each step.
  private func recipe(_ role: LikelihoodRole, seed: UInt64) -> DensityTraining {
    let trainer = Trainer(
      optimizer: Adam(
        learningRate: settings.learningRate,
        decoupledWeightDecay: role == .background ? settings.backgroundWeightDecay : 0),
      epochs: settings.epochs, batchSize: settings.batchSize, seed: seed,
      schedule: .warmUp(steps: 50, then: .cosine(floor: 0.05)), clipping: .norm(100))
    let mutation = Mutation(rate: settings.mutationRate)
    return DensityTraining(
      trainer: trainer,
      corruption: role == .background
        ? .init("mutation \(settings.mutationRate)") { mutation.corrupt($0, using: &$1) } : nil)
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
