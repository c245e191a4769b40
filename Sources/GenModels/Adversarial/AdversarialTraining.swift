/// How a generator and its discriminator are trained.
///
/// ```swift
/// var training = AdversarialTraining.wasserstein
/// training.trainer.epochs = 50
/// ```
public struct AdversarialTraining: Sendable {
  /// Epochs, batches, seed, and the discriminator's optimizer.
  public var trainer: Trainer
  /// Steps of the discriminator from one of the generator to the next.
  public var criticSteps: Int
  /// Of the generator; the trainer's when nil.
  public var generatorOptimizer: (any Optimizer)?
  /// How far generated examples are from held-out ones, after each epoch.
  public var distance: SlicedWasserstein

  /// Traps when `criticSteps` is below 1.
  public init(
    trainer: Trainer, criticSteps: Int = 1, generatorOptimizer: (any Optimizer)? = nil,
    distance: SlicedWasserstein = SlicedWasserstein()
  ) {
    precondition(criticSteps >= 1, "A critic takes 1 step or more before each of the generator's.")
    self.trainer = trainer
    self.criticSteps = criticSteps
    self.generatorOptimizer = generatorOptimizer
    self.distance = distance
  }

  /// Of a `jensenShannon` network: Adam with 2·10⁻⁴ and β₁ = 0.5 (A. Radford, L. Metz and S. Chintala, 2016), a step each.
  public static var jensenShannon: AdversarialTraining {
    AdversarialTraining(
      trainer: Trainer(optimizer: Adam(learningRate: 2e-4, beta1: 0.5), epochs: 50, batchSize: 64))
  }

  /// Of a `wasserstein` network: Adam with 10⁻⁴, β₁ = 0 and β₂ = 0.9, five critic steps (I. Gulrajani and others, 2017).
  public static var wasserstein: AdversarialTraining {
    AdversarialTraining(
      trainer: Trainer(
        optimizer: Adam(learningRate: 1e-4, beta1: 0, beta2: 0.9), epochs: 50, batchSize: 64), criticSteps: 5)
  }

  /// Of an `EnergyBasedGAN`: Adam with 10⁻³ and β₁ = 0.5, a step each.
  public static var energyBased: AdversarialTraining {
    AdversarialTraining(
      trainer: Trainer(optimizer: Adam(learningRate: 1e-3, beta1: 0.5), epochs: 30, batchSize: 32))
  }
}

/// A generator that was trained against another network.
public protocol AdversarialModel: Network, Sampler where Examples == Tensor {
  /// The losses of a step: the discriminator's first, then the generator's.
  func turns(_ settings: AdversarialTraining) -> [TrainingTurn<Self>]
}

/// A trained adversarial model, how it came about, and whether it generates all kinds of examples.
public struct AdversarialResult<Model: Parameterized & Sendable>: Sendable {
  public let training: TrainingResult<Model>
  /// Nil without held-out examples.
  public let coverage: SampleCoverage?

  public var model: Model { training.model }
}

/// Sliced Wasserstein distances to held-out examples. A generator that has collapsed to a few examples is no nearer than it was before
/// training; a perfect one is as near as other examples are.
public struct SampleCoverage: Sendable, Hashable, Codable {
  /// Of what the trained generator makes.
  public let trained: Double
  /// Of what it made before training.
  public let untrained: Double
  /// Of training examples, as many.
  public let examples: Double

  public init(trained: Double, untrained: Double, examples: Double) {
    self.trained = trained
    self.untrained = untrained
    self.examples = examples
  }

  /// Whether training brought the generator less than half of the way to the examples.
  public var isCollapsed: Bool { trained - examples > (untrained - examples) / 2 }
}

extension AdversarialModel {
  /// Trains the discriminator and the generator in turns.
  ///
  /// A training is determined by the model, the examples and the settings, to the bit, for any number of threads. The loss of an epoch
  /// is the discriminator's; the validation loss is the sliced Wasserstein distance of generated to held-out examples.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - heldOut: Examples to compare generated ones with.
  ///   - settings: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities; `TrainingError`, see `Trainer.train`.
  public func train(
    on x: Tensor, heldOut: Tensor? = nil, settings: AdversarialTraining,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> AdversarialResult<Self> {
    try train(
      on: x, heldOut: heldOut, settings: settings, turns: turns(settings), progress: progress)
  }

  /// `train` with turns of the model's own.
  func train(
    on x: Tensor, heldOut: Tensor?, settings: AdversarialTraining, turns: [TrainingTurn<Self>],
    progress: (TrainingProgress) throws -> Void
  ) throws -> AdversarialResult<Self> {
    try check(x)
    let held = try heldOut.map { held in
      try check(held)
      return try TrainingSet(held)
    }
    let data = try TrainingSet(x)
    var trainer = settings.trainer
    trainer.lossSettings["distance to held-out examples"] = "\(settings.distance)"
    let random = RandomGenerator(seed: trainer.seed).split("adversarial")
    /// The same latent vectors each time.
    func distance(_ model: Self) throws -> Double? {
      guard let held else { return nil }
      var draws = random.split("held-out")
      let samples = model.sample(count: held.count, using: &draws)
      guard samples.firstNonFinite == nil else { return .infinity }
      return try settings.distance.distance(samples, held.inputs)
    }
    let training = try trainer.train(
      self, on: data, validation: held, turns: turns, measure: distance, progress: progress)
    guard let held, let trained = try distance(training.model), let untrained = try distance(self) else {
      return AdversarialResult(training: training, coverage: nil)
    }
    var shuffling = random.split("examples")
    let order = shuffling.permutation(data.count)
    let some = x.rows(order.sliced(0..<min(held.count, data.count)))
    return AdversarialResult(
      training: training,
      coverage: SampleCoverage(
        trained: trained, untrained: untrained, examples: try settings.distance.distance(some, held.inputs)))
  }
}
