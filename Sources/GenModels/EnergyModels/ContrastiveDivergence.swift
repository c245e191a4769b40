/// Contrastive divergence (G. E. Hinton, 2002), with chains that go on from step to step (T. Tieleman, 2008): the energy of examples is
/// pulled down, that of chains of the model's own pushed up,
///
///     loss = mean E(x⁺) − mean E(x⁻) + α (mean E(x⁺)² + mean E(x⁻)²),
///
/// whose first two terms have the gradient of −mean ln p(x⁺) where the chains x⁻ have the law p. The last one, of Y. Du and I. Mordatch
/// (2019), keeps energies near 0, which the others leave free to drift. How chains are run, the model says.
///
/// Cost: a step runs as many chains as the batch has examples, each for all steps of the model's dynamics.
public struct ContrastiveDivergence: EnergyCriterion, Hashable, Codable {
  /// Chains that are kept.
  public var capacity: Int
  /// The probability that a chain goes on from where it ended, instead of starting afresh; 0 for short runs alone.
  public var reuse: Double
  /// α.
  public var energyPenalty: Float
  /// The deviation of noise on examples, which chains have too.
  public var exampleNoise: Float

  public init(
    capacity: Int = 10_000, reuse: Double = 0.95, energyPenalty: Float = 0.1, exampleNoise: Float = 0.005
  ) {
    self.capacity = capacity
    self.reuse = reuse
    self.energyPenalty = energyPenalty
    self.exampleNoise = exampleNoise
  }

  public func validate() throws(EnergyError) {
    try EnergyError.require((1...1 << 24).contains(capacity), "number of chains", capacity, "1 to \(1 << 24)")
    try EnergyError.require(reuse >= 0 && reuse <= 1, "share of chains that go on", reuse, "between 0 and 1")
    try EnergyError.require(
      energyPenalty >= 0 && energyPenalty.isFinite, "penalty on energies", energyPenalty,
      "a finite number of 0 or more")
    try EnergyError.require(
      exampleNoise >= 0 && exampleNoise.isFinite, "noise on examples", exampleNoise,
      "a finite number of 0 or more")
  }

  public func train<Model: EnergyNetwork>(
    _ model: Model, on z: Tensor, trainer: Trainer, progress: (TrainingProgress) throws -> Void
  ) throws -> TrainingResult<Model> {
    try train(model, on: TrainingSet(z), trainer: trainer, besides: { _, _, _ in nil }, progress: progress)
  }

  /// Trains on this criterion and another term, of a batch whose inputs have their noise.
  func train<Model: EnergyNetwork>(
    _ model: Model, on data: TrainingSet, trainer: Trainer, weight: Float = 1,
    besides term: (_ model: Model, _ batch: Batch, _ scope: TrainingScope) -> Variable?,
    progress: (TrainingProgress) throws -> Void
  ) throws -> TrainingResult<Model> {
    precondition(
      trainer.batchParts == 1 && trainer.earlyStopping == nil,
      "Chains belong to whole batches, and no loss says when to stop: leave batchParts and earlyStopping out."
    )
    var random = RandomGenerator(seed: trainer.seed).split("chains")
    let trainee = Trainee(
      model: model,
      buffer: ReplayBuffer(
        capacity: capacity, exampleShape: model.exampleShape, start: model.start, using: &random))
    var trainer = trainer
    trainer.lossSettings["model"] = "\(Model.kind) \(try JSONText.encode(model.configuration))"
    let result = try trainer.train(
      trainee, on: data,
      loss: { trainee, batch, scope in
        let noisy = batch.noisy(exampleNoise, in: trainee.model.dynamics, scope.context)
        let chains = try trainee.buffer.advance(batch.count, reuse: reuse, scope.context) {
          try trainee.model.walk(from: $0, by: trainee.model.dynamics, using: &$1)
        }
        let contrast = contrast(of: trainee.model, noisy.inputs, chains, scope)
        return term(trainee.model, noisy, scope).map { $0 + weight * contrast } ?? contrast
      }, progress: progress)
    return TrainingResult(model: result.model.model, history: result.history, epoch: result.epoch)
  }

  private func contrast(
    of model: some EnergyNetwork, _ examples: Tensor, _ chains: Tensor, _ scope: TrainingScope
  ) -> Variable {
    let both = scope.constant(.concatenate([examples, chains], axis: 0))
    let energies = model.standardizedEnergy(both, scope.context)
    let n = examples.exampleCount
    let (low, high) = (energies.sliced(axis: 0, 0..<n), energies.sliced(axis: 0, n..<both.shape[0]))
    let difference = low.mean() - high.mean()
    guard energyPenalty > 0 else { return difference }
    return difference + energyPenalty * (low.squared().mean() + high.squared().mean())
  }

  /// A model and the chains of its training.
  private struct Trainee<Model: EnergyNetwork>: Parameterized {
    var model: Model
    var buffer: ReplayBuffer

    mutating func visitParameters(with visitor: ParameterVisitor) {
      visitor.visit("model", &model)
      visitor.visit("buffer", &buffer)
    }
  }
}

extension Batch {
  /// The batch with noise on its inputs, kept in the range of chains.
  fileprivate func noisy(_ deviation: Float, in dynamics: LangevinDynamics, _ context: Context) -> Batch {
    guard deviation > 0 else { return self }
    var x = inputs
    x.add(context.withRandom { $0.normal(inputs.shape) }, scaledBy: deviation)
    if let lower = dynamics.lower { x = (x - lower).relu() + lower }
    if let upper = dynamics.upper { x = upper - (upper - x).relu() }
    return Batch(inputs: x, targets: targets, labels: labels)
  }
}
