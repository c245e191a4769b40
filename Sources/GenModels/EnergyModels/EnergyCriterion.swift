/// How an energy learns a distribution without knowing its normalising constant: `ContrastiveDivergence`, `DenoisingScoreMatching`,
/// `SlicedScoreMatching`, `NoiseContrastiveEstimation`, and whatever else one writes.
public protocol EnergyCriterion: Sendable {
  /// Throws unless the settings make sense.
  func validate() throws(EnergyError)

  /// Trains on examples in standardized units.
  /// - Throws: `EnergyError`; see `Trainer.train`.
  func train<Model: EnergyNetwork>(
    _ model: Model, on z: Tensor, trainer: Trainer, progress: (TrainingProgress) throws -> Void
  ) throws -> TrainingResult<Model>
}

extension EnergyNetwork {
  /// The recipe of Y. Du and I. Mordatch, 2019, but for the rate: Adam at 3e-4 with β₁ = 0 (chains and energies chase each other, and
  /// momentum makes them swing), batches of 128, 10 epochs, the gradient's norm bounded by 1.
  public static var trainer: Trainer {
    Trainer(
      optimizer: Adam(learningRate: 3e-4, beta1: 0), epochs: 10, batchSize: 128, clipping: .norm(1))
  }

  /// Trains the model. A training is determined by the model, the examples and the settings, to the bit, for any number of threads, and
  /// goes on from a checkpoint with its chains.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - criterion: What is made small.
  ///   - trainer: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples that are not the model's; `EnergyError` for settings that make no sense, and chains that run
  ///   away, with the step; `TrainingError`, see `Trainer.train`.
  public func train(
    on x: Tensor, by criterion: some EnergyCriterion, trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Self> {
    try check(x)
    guard x.exampleCount > 0 else { throw TrainingError.noExamples }
    try criterion.validate()
    let model = standardizing(x)
    var trainer = trainer
    trainer.lossSettings["criterion"] = "\(criterion)"
    return try criterion.train(model, on: model.standardized(x), trainer: trainer, progress: progress)
  }
}
