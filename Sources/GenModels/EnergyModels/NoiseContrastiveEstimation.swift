/// Noise-contrastive estimation (M. U. Gutmann and A. Hyvärinen, 2010): the energy learns to tell examples from noise of a density q
/// that is known,
///
///     h(x) = −E(x) − ln q(x) − ln ν,   loss = mean softplus(−h(x⁺)) + ν mean softplus(h(x⁻)),
///
/// ν being the number of noise examples for each example. **The energy comes out normalised**, E ≈ −ln p in nats (of standardized
/// units), for the last layer's bias stands for ln Z; energies start about −ln q. It works as far as the noise is like the examples: in many dimensions telling them
/// apart is easy and teaches little.
///
/// Cost: 1 + ν evaluations and backward passes, and ν draws of noise with their densities.
public struct NoiseContrastiveEstimation: EnergyCriterion {
  /// The density of noise, for examples in standardized units, a row each; a Gaussian mixture fitted to the examples unless given.
  public var noise: (any DensityModel<Matrix>)?
  /// Components of that mixture.
  public var components: Int
  /// ν.
  public var noisePerExample: Int

  public init(
    noise: (any DensityModel<Matrix>)? = nil, components: Int = 4, noisePerExample: Int = 4
  ) {
    self.noise = noise
    self.components = components
    self.noisePerExample = noisePerExample
  }

  public func validate() throws(EnergyError) {
    try EnergyError.require(
      (1...10_000).contains(components), "number of components", components, "1 to 10000")
    try EnergyError.require(
      (1...1000).contains(noisePerExample), "number of noise examples for each example", noisePerExample,
      "1 to 1000")
  }

  /// - Throws: `TableError` where no mixture can be fitted to the examples.
  public func train<Model: EnergyNetwork>(
    _ model: Model, on z: Tensor, trainer: Trainer, progress: (TrainingProgress) throws -> Void
  ) throws -> TrainingResult<Model> {
    let rows = Matrix(z.flattened())
    var settings = GaussianMixture.Settings()
    // Pixels that are 0 in every example would have a density without bound.
    settings.regularization = 1e-3
    settings.seed = trainer.seed
    let fitted = try noise ?? GaussianMixture(fitting: rows, components: components, settings: settings)
    return try train(model, on: z, against: fitted, trainer: trainer, progress: progress)
  }

  private func train<Model: EnergyNetwork, Noise: DensityModel<Matrix>>(
    _ model: Model, on z: Tensor, against noise: Noise, trainer: Trainer,
    progress: (TrainingProgress) throws -> Void
  ) throws -> TrainingResult<Model> {
    let usual = try noise.logDensity(Matrix(z.flattened())).reduce(0, +) / Double(z.exampleCount)
    let model = model.shifted(by: -usual)
    let correction = Float(logarithm(Double(noisePerExample)))
    return try trainer.train(
      model, on: TrainingSet(z),
      loss: { model, batch, scope in
        let n = batch.count
        let draws = scope.context.withRandom { noise.sample(count: n * noisePerExample, using: &$0) }
        let fake = Tensor(draws).reshaped(Shape([draws.rows] + Array(model.exampleShape)))
        let densities = try noise.logDensity(Matrix(batch.inputs.flattened())) + noise.logDensity(draws)
        let both = scope.constant(.concatenate([batch.inputs, fake], axis: 0))
        let offset = Tensor(densities.map { Float($0) + correction })
        let h = -model.standardizedEnergy(both, scope.context) - scope.constant(offset)
        let real = (-h.sliced(axis: 0, 0..<n)).softplus().sum()
        let fakes = h.sliced(axis: 0, n..<both.shape[0]).softplus().sum()
        return (1 / Float(n)) * (real + fakes)
      }, progress: progress)
  }
}
