extension ContinuousFlow {
  /// By likelihood: the mean of −ln p in nats, and in training what regularizes. By flow matching: in training the regression's error, and
  /// otherwise, as for a validation set, the mean of −ln p in nats.
  /// - Throws: `DifferentialEquationError` with the example of the batch and the time.
  public func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) throws -> Variable {
    let context = scope.context
    guard context.isTraining else { return -(try logDensities(of: scope.constant(x)).mean()) }
    let prepared = preparation.forward(
      context.withRandom { dequantized(x, using: &$0) }, condition: nil, .inference)
    let y = prepared.value.flattened()
    switch architecture.objective {
    case .matching(let matching):
      let target = context.withRandom { matching.points(to: y, using: &$0) }
      let v = velocities(at: scope.constant(target.times), scope.constant(target.points))
      return (v - scope.constant(target.velocities)).squared().mean()
    case .likelihood(let kinetic, let jacobian):
      let divergence = architecture.divergence
      let probes = context.withRandom { divergence.probes(rows: y.shape[0], features: features, using: &$0) }
      let extra = jacobian > 0 ? 3 : kinetic > 0 ? 2 : 1
      let solved = try noise(of: scope.constant(y), extra: extra, probes: probes)
      // Integrals from 1 to 0.
      func integral(_ number: Int) -> Variable {
        solved.sliced(axis: 1, features + number..<features + number + 1)
      }
      let density =
        solved.sliced(axis: 1, 0..<features).standardNormalLogDensity().mean() + integral(0).mean()
      var loss = -density - prepared.logDeterminant.mean().scalar
      if kinetic > 0 { loss = loss - integral(1).mean() * (kinetic / Float(features)) }
      if jacobian > 0 { loss = loss - integral(2).mean() * (jacobian / Float(features)) }
      return loss
    }
  }

  /// v(t, y) of times `[rows, 1]` and states `[rows, D]`, recorded where an argument or the flow's parameters are.
  public func velocities<Value: TensorAlgebra>(at time: Value, _ y: Value) -> Value {
    let evaluated = NetworkValue.evaluated(field, time: time.tensor, state: y.tensor)
    return Value.apply(
      evaluated.primitive, to: [time, y] + field.values(like: y), precomputed: [evaluated.value])[0]
  }

  public func prepared(for x: Tensor, labels: Indexes?, using random: RandomGenerator) -> ContinuousFlow {
    var (flow, random) = (self, random)
    let noisy = dequantized(x, using: &random)
    _ = flow.preparation.initialize(from: noisy, condition: nil)
    return flow
  }

  /// Examples with noise uniform on ±1/2 level, where they have grey levels.
  func dequantized(_ x: Tensor, using random: inout RandomGenerator) -> Tensor {
    guard let levels = architecture.greyLevels else { return x }
    let half = 0.5 / Float(levels - 1)
    return x + random.uniform(x.shape, in: -half..<half)
  }
}
