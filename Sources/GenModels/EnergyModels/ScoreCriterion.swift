/// A criterion that compares the slope s(x) of a model's log-density with that of the data, in which ln Z has no part.
public protocol ScoreCriterion: EnergyCriterion {
  /// The mean loss of a batch.
  ///
  /// - Parameters:
  ///   - slope: s, recorded.
  ///   - z: Examples.
  ///   - scope: What the loss is recorded in; draws come from its context.
  func loss(of slope: (Variable) -> Variable, at z: Tensor, _ scope: TrainingScope) -> Variable
}

extension ScoreCriterion {
  public func train<Model: EnergyNetwork>(
    _ model: Model, on z: Tensor, trainer: Trainer, progress: (TrainingProgress) throws -> Void
  ) throws -> TrainingResult<Model> {
    try trainer.train(
      model, on: TrainingSet(z),
      loss: { model, batch, scope in
        loss(of: { model.slope(at: $0, scope.context) }, at: batch.inputs, scope)
      }, progress: progress)
  }
}

extension EnergyNetwork {
  /// −∇E of z, recorded.
  func slope(at z: Variable, _ context: Context) -> Variable {
    -standardizedEnergy(z, context).gradient(withRespectTo: z)
  }
}

/// Denoising score matching (P. Vincent, 2011): of an example with noise, x̃ = x + σ ε, the slope is to point back,
///
///     loss = ½ E ‖σ s(x̃) + ε‖²,
///
/// which is σ² times Vincent's ½ ‖s(x̃) + (x̃ − x) / σ²‖². What is learned is the slope of the data's density smoothed by noise of
/// deviation σ: for normal data of deviation d, s(x) = −x / (d² + σ²).
///
/// Cost: for an energy about six evaluations, a double backward pass among them.
public struct DenoisingScoreMatching: ScoreCriterion, Hashable, Codable {
  /// σ, in standardized units.
  public var noise: Float

  public init(noise: Float = 0.3) { self.noise = noise }

  public func validate() throws(EnergyError) {
    try EnergyError.require(
      noise > 0 && noise.isFinite, "noise of denoising score matching", noise, "a finite number above 0")
  }

  public func loss(of slope: (Variable) -> Variable, at z: Tensor, _ scope: TrainingScope) -> Variable {
    let kick = scope.context.withRandom { $0.normal(z.shape) }
    var noisy = z
    noisy.add(kick, scaledBy: noise)
    let miss = noise * slope(scope.variable(noisy)) + scope.constant(kick)
    return 0.5 / Float(z.exampleCount) * miss.squared().sum()
  }
}

/// Sliced score matching (Y. Song, S. Garg, J. Shi and S. Ermon, 2019): Hyvärinen's criterion seen along random directions v of
/// independent signs,
///
///     loss = E vᵀ ∇s(x) v + ½ (vᵀ s(x))²,
///
/// or with ½ ‖s(x)‖² in the place of the square, which has the same mean and less variance. What is learned is the slope of the data's own
/// density. The network must be smooth: the slope of ReLU's has no slope.
///
/// Cost: for an energy a third backward pass for each direction.
public struct SlicedScoreMatching: ScoreCriterion, Hashable, Codable {
  /// Directions for each example.
  public var projections: Int
  /// Whether the square's mean over directions is taken exactly.
  public var isVarianceReduced: Bool

  public init(projections: Int = 1, isVarianceReduced: Bool = true) {
    self.projections = projections
    self.isVarianceReduced = isVarianceReduced
  }

  public func validate() throws(EnergyError) {
    try EnergyError.require(
      (1...10_000).contains(projections), "number of directions", projections, "1 to 10000")
  }

  public func loss(of slope: (Variable) -> Variable, at z: Tensor, _ scope: TrainingScope) -> Variable {
    let x = scope.variable(z)
    let s = slope(x)
    let scale = 1 / Float(z.exampleCount)
    var sum: Variable?
    for _ in 0..<projections {
      let v = scope.constant(
        scope.context.withRandom { $0.bernoulli(z.shape, probability: 0.5, value: 2) } - 1)
      let along = s * v
      var term = (along.sum().gradient(withRespectTo: x) * v).sum()
      if !isVarianceReduced {
        term = term + 0.5 * along.sum(axes: Array(1..<z.rank)).squared().sum()
      }
      sum = sum.map { $0 + term } ?? term
    }
    let mean = (scale / Float(projections)) * sum!
    return isVarianceReduced ? mean + 0.5 * scale * s.squared().sum() : mean
  }
}
