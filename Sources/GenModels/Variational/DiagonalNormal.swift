/// A normal distribution of independent numbers, one for each row: what an encoder says of its latent numbers.
struct DiagonalNormal<Value: TensorAlgebra> {
  /// `[rows, numbers]`.
  var mean: Value
  /// ln σ, `[rows, numbers]`.
  var logDeviation: Value

  /// From a layer's `[rows, 2 · numbers]`: means, then ln σ, which is kept within ±6.
  init(_ parameters: Value) {
    let numbers = parameters.shape[1] / 2
    mean = parameters.sliced(axis: 1, 0..<numbers)
    logDeviation = ObservationModel.bounded(parameters.sliced(axis: 1, numbers..<2 * numbers))
  }

  init(mean: Value, logDeviation: Value) {
    self.mean = mean
    self.logDeviation = logDeviation
  }

  /// ln N(z) of each row, in nats.
  func logDensity(_ z: Value) -> Value {
    let standard = (z - mean) * (-logDeviation).exp()
    return standard.standardNormalLogDensity() - logDeviation.sum(axes: [1])
  }

  /// KL(this ‖ N(0, 1)) of each number, `[rows, numbers]`, in nats.
  var divergenceFromStandard: Value {
    (mean.squared() + (logDeviation * 2).exp() - 1) * 0.5 - logDeviation
  }

  /// The same distribution k times a row, `[rows · k, numbers]`.
  func repeated(_ k: Int) -> DiagonalNormal {
    guard k > 1 else { return self }
    return DiagonalNormal(mean: Self.repeated(mean, k), logDeviation: Self.repeated(logDeviation, k))
  }

  /// Each row k times.
  static func repeated(_ x: Value, _ k: Int) -> Value {
    guard k > 1 else { return x }
    let (rows, width) = (x.shape[0], x.shape[1])
    return x.reshaped([rows, 1, width]).broadcast(to: [rows, k, width]).reshaped([rows * k, width])
  }

  /// Without gradients.
  var constant: DiagonalNormal {
    DiagonalNormal(mean: mean.constant(mean.tensor), logDeviation: mean.constant(logDeviation.tensor))
  }
}
