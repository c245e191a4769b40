/// Batch normalization (S. Ioffe and C. Szegedy, 2015) of each channel (the last axis).
///
/// In training y = scale · (x − mean) / √(variance + ε) + shift with the batch's own mean and biased variance, and running
/// averages follow: average ← (1 − momentum) · average + momentum · value, of the unbiased variance. In use, the averages
/// take the place of the batch's.
public struct BatchNorm: Layer {
  public var scale: Parameter
  public var shift: Parameter
  public var runningMean: RunningState
  public var runningVariance: RunningState
  public var momentum: Float
  public var epsilon: Float

  public init(channels: Int, momentum: Float = 0.1, epsilon: Float = 1e-5) {
    let (zeros, ones) = (Tensor.zeros([channels]), Tensor.ones([channels]))
    self.init(
      scale: ones, shift: zeros, runningMean: zeros, runningVariance: ones, momentum: momentum,
      epsilon: epsilon)
  }

  /// From tensors of shape [channels].
  init(
    scale: Tensor, shift: Tensor, runningMean: Tensor, runningVariance: Tensor, momentum: Float = 0.1,
    epsilon: Float = 1e-5
  ) {
    self.scale = Parameter(scale)
    self.shift = Parameter(shift)
    self.runningMean = RunningState(runningMean)
    self.runningVariance = RunningState(runningVariance)
    self.momentum = momentum
    self.epsilon = epsilon
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    precondition(
      x.shape.rank >= 2 && x.shape[x.shape.rank - 1] == scale.shape[0],
      "Batch-norm of \(scale.shape[0]) channels takes them as the last axis, not \(x.shape).")
    guard context.isTraining else {
      let inverse = (runningVariance.tensor + epsilon).squareRoot().reciprocal()
      let factor = x.value(of: scale) * x.constant(inverse)
      return x * factor + (x.value(of: shift) - factor * x.constant(runningMean.tensor))
    }
    let (y, mean, variance) = x.batchNormalized(
      scale: x.value(of: scale), shift: x.value(of: shift), epsilon: epsilon)
    let rows = Float(x.tensor.count / scale.shape[0])
    let unbiased = variance * (rows / max(1, rows - 1))
    context.update(runningMean, to: runningMean.tensor * (1 - momentum) + mean * momentum)
    context.update(runningVariance, to: runningVariance.tensor * (1 - momentum) + unbiased * momentum)
    return y
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("scale", &scale)
    visitor.visit("shift", &shift)
    visitor.visit("runningMean", &runningMean)
    visitor.visit("runningVariance", &runningVariance)
  }
}
