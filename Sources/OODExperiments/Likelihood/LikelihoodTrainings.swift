import GenModels
import OODDatasets
import OODMetrics

/// The trainings of a likelihood experiment, each done or taken from the folder.
struct LikelihoodTrainings: Sendable {
  typealias Progress = LikelihoodExperiment.Progress

  private let settings: LikelihoodSettings
  private let shape: [Int]
  /// What the models learn.
  private let images: Tensor
  private let storage: LikelihoodStorage

  init(_ experiment: LikelihoodExperiment, _ images: LikelihoodImages) {
    settings = experiment.settings
    shape = Array(experiment.training.exampleShape)
    self.images = images.training
    storage = LikelihoodStorage(experiment, learning: images.training)
  }

  /// A task for each training.
  var tasks: [ExperimentTasks<Progress>.Task] {
    get throws { try roles.map { role in storage.task(role) { _ = try trained(role, $0) } } }
  }

  /// What the settings ask for, trained.
  func models(progress: (Progress) throws -> Void) throws -> LikelihoodModels {
    let main = try trained(.main, progress)
    var models = LikelihoodModels(main: try density(main.model))
    models.trainings = [main.training]
    if let network = main.model as? any TrainableDensity {
      models.network = network
      models.untrained = try density(prepared(fresh(.main)))
    }
    for role in try roles.dropFirst() {
      let (model, training) = try trained(role, progress)
      models.trainings.append(training)
      switch role {
      case .main: break
      case .background: models.background = try density(model)
      case .member: models.ensemble.append(try density(model))
      case .batchNormalized: models.batchNormalizedFlow = model as? Flow
      }
    }
    if settings.ensembleCount > 0 { models.ensemble.insert(models.main, at: 0) }
    return models
  }

  /// In the order of the report.
  private var roles: [LikelihoodRole] {
    get throws {
      [.main] + (settings.mutationRate > 0 ? [.background] : [])
        + (1..<max(1, settings.ensembleCount)).map { .member($0) }
        + (try settings.companionCount > 0 && settings.family.network?(settings, shape, settings.seed) is Flow
          ? [.batchNormalized] : [])
    }
  }

  /// The seed of a role's first weights and order of training.
  private func seed(_ role: LikelihoodRole) -> UInt64 {
    if case .member(let number) = role { settings.seed &+ UInt64(number) } else { settings.seed }
  }

  private typealias Trained = (model: any Model, training: LikelihoodReport.Training)

  private func trained(_ role: LikelihoodRole, _ progress: (Progress) throws -> Void) throws -> Trained {
    guard settings.family.network != nil else { return try fitted(role, progress) }
    return try trained(fresh(role), role, progress)
  }

  /// A model of that role from the folder or from `make`, which says its last loss too.
  private func kept<Kept: Model>(
    _ role: LikelihoodRole, like start: Kept?, count: (Kept) -> Int, make: () throws -> (Kept, loss: Double?)
  ) throws -> Trained {
    func training(_ model: Kept, _ loss: Double?, _ seconds: Double) -> LikelihoodReport.Training {
      .init(role: role.name, seconds: seconds, loss: loss, parameterCount: count(model))
    }
    if let (model, loss) = try storage.stored(role, as: Kept.self, like: start) {
      let known = storage.training(role) ?? training(model, loss, 0)
      try storage.note(known, of: role)
      return (model, known)
    }
    let clock = ContinuousClock()
    let begin = clock.now
    let (model, loss) = try make()
    let done = training(model, loss, (clock.now - begin) / .seconds(1))
    try storage.store(model, role, loss: loss)
    try storage.note(done, of: role)
    return (model, done)
  }

  // MARK: Mixtures

  private func fitted(_ role: LikelihoodRole, _ progress: (Progress) throws -> Void) throws -> Trained {
    try kept(role, like: nil, count: \PixelMixture.mixture.parameterCount) {
      try progress(.working("fitting \(role.name)"))
      var random = RandomGenerator(seed: settings.seed)
      let seen: Tensor
      switch role {
      case .main, .batchNormalized: seen = images
      case .background:
        random = random.split("mutation")
        seen = Mutation(rate: settings.mutationRate).corrupt(images, using: &random)
      case .member(let number):
        // One fit has no randomness but its noise and start; the members differ by the images that they see.
        random = random.split("member").split(UInt64(number))
        seen = images.rows(random.integers(images.shape[0], below: images.shape[0]))
      }
      return (
        try PixelMixture(fitting: seen, components: settings.components, seed: seed(role)), loss: nil
      )
    }
  }

  // MARK: Networks

  /// A role's network before its training.
  private func fresh(_ role: LikelihoodRole) throws -> any TrainableDensity {
    guard let network = settings.family.network else {
      preconditionFailure("A \(settings.family.title) is fitted without a network.")
    }
    let made = try network(settings, shape, seed(role))
    guard role == .batchNormalized, let flow = made as? Flow else { return made }
    return Flow(flow.architecture.withBatchNormalization, seed: settings.seed)
  }

  private func trained<Density: TrainableDensity>(
    _ start: Density, _ role: LikelihoodRole, _ progress: (Progress) throws -> Void
  ) throws -> Trained {
    try kept(role, like: start, count: \.parameterCount) {
      let result = try start.train(on: images, settings: recipe(role)) {
        try progress(.training(role.name, $0))
      }
      return (result.model, loss: result.history.last?.loss)
    }
  }

  private func prepared(_ model: some TrainableDensity) -> any TrainableDensity {
    model.prepared(for: images, labels: nil, using: RandomGenerator(seed: 0))
  }

  /// What a network is scored as: a flow of grey levels between them, a bound by its importance samples, a density as it is.
  private func density(_ model: any Model) throws -> AnyDensityModel<Tensor> {
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
  private func recipe(_ role: LikelihoodRole) -> DensityTraining {
    let trainer = Trainer(
      optimizer: Adam(
        learningRate: settings.learningRate,
        decoupledWeightDecay: role == .background ? settings.backgroundWeightDecay : 0),
      epochs: settings.epochs, batchSize: settings.batchSize, seed: seed(role),
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
