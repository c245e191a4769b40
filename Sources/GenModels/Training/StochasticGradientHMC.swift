#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Stochastic-gradient Hamiltonian Monte Carlo over the parameters of any model (T. Chen, E. B. Fox and C. Guestrin, 2014, equation 15):
///
///     θ ← θ + v,   v ← (1 − α) v − η ∇U(θ) + N(0, 2 α η T),
///     U(θ) = N · loss(θ) + ‖θ‖² / 2σ²,
///
/// where the loss is the mean of −ln p over a batch of the N examples. Its law for small η is the posterior exp(−U / T).
///
/// ```swift
/// let sampler = StochasticGradientHMC(learningRate: 1e-3)
/// let posterior = try sampler.posterior(from: trained, on: data, count: 10) { model, batch, scope in
///   model.loss(batch.inputs, labels: nil, scope)
/// }
/// ```
///
/// Cost: a training step each; `burnIn` and then `thinning` for each of the samples. The seed decides everything, for any number of threads.
public struct StochasticGradientHMC: Sendable, Hashable, Codable {
  /// η N: the step on the mean loss, as for other optimizers.
  public var learningRate: Double
  /// α, in 0 ..< 1.
  public var friction: Double
  /// T: 1 for the posterior; below it, one that is narrower.
  public var temperature: Double
  /// σ of the normal prior on every parameter.
  public var priorDeviation: Double
  public var batchSize: Int
  /// Steps before the first sample, and from one to the next.
  public var burnIn, thinning: Int
  public var seed: UInt64

  /// Traps unless the numbers make sense.
  public init(
    learningRate: Double = 1e-4, friction: Double = 0.1, temperature: Double = 1, priorDeviation: Double = 1,
    batchSize: Int = 64, burnIn: Int = 200, thinning: Int = 100, seed: UInt64 = 0
  ) {
    precondition(
      learningRate > 0 && learningRate.isFinite && friction > 0 && friction < 1 && temperature >= 0
        && temperature.isFinite && priorDeviation > 0 && batchSize >= 1 && burnIn >= 0 && thinning >= 1,
      """
      Sampling takes a learning rate above 0, a friction between 0 and 1, a temperature of 0 or more, a deviation above 0, batches, and \
      steps between samples; not \(learningRate), \(friction), \(temperature), \(priorDeviation), \(batchSize), \(thinning).
      """)
    self.learningRate = learningRate
    self.friction = friction
    self.temperature = temperature
    self.priorDeviation = priorDeviation
    self.batchSize = batchSize
    self.burnIn = burnIn
    self.thinning = thinning
    self.seed = seed
  }

  /// Models with parameters drawn from the posterior, the chain's states `thinning` steps apart.
  ///
  /// - Parameters:
  ///   - model: Where the chain starts: a trained model, to be short of nothing.
  ///   - data: All examples of the posterior.
  ///   - count: Number of samples.
  ///   - loss: The mean of −ln p over a batch, recorded.
  ///   - progress: Called after each step with its number, the number of all steps, and the loss.
  /// - Throws: `TrainingError.lossNotFinite`; what `loss` throws.
  public func posterior<Model: Parameterized>(
    from model: Model, on data: TrainingSet, count: Int, loss: Trainer.Loss<Model>,
    progress: (_ step: Int, _ steps: Int, _ loss: Double) throws -> Void = { _, _, _ in }
  ) throws -> [Model] {
    let random = RandomGenerator(seed: seed).split("stochastic-gradient HMC")
    var (model, samples) = (model, [Model]())
    var velocities = model.namedParameters.map { Tensor.zeros($0.tensor.shape) }
    let steps = burnIn + count * thinning
    let n = Double(data.count)
    let size = min(batchSize, data.count)
    // Everything in units of the mean loss: η N ∇(U / N), and noise of 2 α (η N) T / N.
    let noise = Float((2 * friction * learningRate * temperature / n).squareRoot())
    let decay = Float(learningRate / (n * priorDeviation * priorDeviation))
    for step in 0..<steps {
      if Task.isCancelled { throw CancellationError() }
      var own = random.split(UInt64(step))
      var draw = own.split("batch")
      let rows = size == data.count ? Indexes(Array(0..<size)) : draw.integers(size, below: data.count)
      let (value, gradients) = try model.lossWithGradients(
        data.batch(rows), Context.training(using: own.split("loss")), loss)
      guard value.isFinite else {
        throw TrainingError.lossNotFinite(step: step + 1, epoch: 1, loss: Float(value))
      }
      var index = 0
      model.visitParameters(
        with: ParameterVisitor(parameter: { _, parameter in
          let kick = own.normal(parameter.tensor.shape)
          var velocity = velocities[index] * Float(1 - friction)
          velocity.add(gradients[index], scaledBy: -Float(learningRate))
          velocity.add(parameter.tensor, scaledBy: -decay)
          velocity.add(kick, scaledBy: noise)
          parameter.tensor.add(velocity)
          velocities[index] = velocity
          index += 1
        }))
      if step >= burnIn, (step - burnIn + 1) % thinning == 0 { samples.append(model) }
      try progress(step + 1, steps, value)
    }
    return samples
  }
}

extension Parameterized {
  /// A batch's loss, and its gradients in the order of parameters.
  func lossWithGradients(
    _ batch: Batch, _ context: Context, _ loss: Trainer.Loss<Self>
  ) throws -> (loss: Double, gradients: [Tensor]) {
    try inScope { tape in
      let (lifted, variables) = lifted(onto: tape)
      let value = try loss(lifted, batch, TrainingScope(tape: tape, context: context))
      requireScalar(value)
      return (
        Double(value.tensor.scalar),
        unrecordedGradients(of: value, upstream: .ones(value.shape), withRespectTo: variables)
      )
    }
  }

  /// A copy whose parameters stand on the tape, and those as variables, in the order of visits.
  func lifted(onto tape: Tape) -> (Self, [Variable]) {
    var lifted = self
    var variables: [Variable] = []
    var stateCount = 0
    lifted.visitParameters(
      with: ParameterVisitor(
        parameter: { _, parameter in
          let variable = tape.variable(parameter.tensor)
          parameter.slot = variable.slot
          parameter.tape = tape.identifier
          variables.append(variable)
        },
        state: { _, state in
          state.key = stateCount
          stateCount += 1
        }))
    return (lifted, variables)
  }
}
