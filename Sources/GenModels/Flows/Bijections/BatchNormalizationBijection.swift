/// Batch normalization by channel (the last axis) as a bijection: y = scale (x − mean) / √(variance + ε) + shift.
///
/// ln |det| = pixels · Σ (ln scale − ½ ln(variance + ε)), with scale = exp(logScale). In training mean and variance are the batch's
/// own, and running averages follow them; in use they are the averages. L. Dinh, J. Sohl-Dickstein and S. Bengio, Real NVP, 2017,
/// section 3.7. In training the determinant is that of the map with the statistics held fixed, as there.
public struct BatchNormalizationBijection: Bijection {
  public let inputShape: Shape
  public let momentum: Float
  public let epsilon: Float = 1e-5
  public var logScale, shift: Parameter
  public private(set) var runningMean, runningVariance: RunningState

  init(shape: Shape, momentum: Float, _ tensors: TensorSource) throws(ModelFileError) {
    inputShape = shape
    self.momentum = momentum
    let channels: Shape = [shape[shape.rank - 1]]
    logScale = Parameter(try tensors.tensor("logScale", channels) { _ in .zeros(channels) })
    shift = Parameter(try tensors.tensor("shift", channels) { _ in .zeros(channels) })
    runningMean = RunningState(try tensors.tensor("runningMean", channels) { _ in .zeros(channels) })
    runningVariance = RunningState(try tensors.tensor("runningVariance", channels) { _ in .ones(channels) })
    guard runningVariance.tensor.elements.allSatisfy({ $0 >= 0 }) else {
      throw .malformed(reason: "a batch normalization has a negative variance")
    }
  }

  public var outputShape: Shape { inputShape }

  private var pixels: Float { Float(inputShape.elementCount / inputShape[inputShape.rank - 1]) }

  public mutating func initialize(from x: Tensor, condition: Tensor?) -> Tensor {
    require(x.shape, isBatchOf: inputShape)
    let axes = Array(0..<x.rank - 1)
    runningMean.tensor = x.mean(axes: axes)
    runningVariance.tensor = (x - runningMean.tensor).squared().mean(axes: axes)
    return forward(x).value
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let axes = Array(0..<x.shape.rank - 1)
    let mean: Value
    let variance: Value
    if context.isTraining {
      mean = x.mean(axes: axes)
      variance = (x - mean).squared().mean(axes: axes)
      let old = 1 - momentum
      context.update(runningMean, to: runningMean.tensor * old + mean.tensor * momentum)
      context.update(runningVariance, to: runningVariance.tensor * old + variance.tensor * momentum)
    } else {
      mean = x.constant(runningMean.tensor)
      variance = x.constant(runningVariance.tensor)
    }
    let s = x.value(of: logScale) - (variance + epsilon).log() * 0.5
    return Mapped(
      (x - mean) * s.exp() + x.value(of: shift),
      logDeterminant: (s.sum() * pixels).broadcast(to: [x.shape[0]]))
  }

  /// With the running averages, in training too: what a batch's own statistics were can't be told from y.
  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    let deviation = y.constant((runningVariance.tensor + epsilon).log() * 0.5)
    let s = y.value(of: logScale) - deviation
    return Mapped(
      (y - y.value(of: shift)) * (-s).exp() + y.constant(runningMean.tensor),
      logDeterminant: (s.sum() * -pixels).broadcast(to: [y.shape[0]]))
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("logScale", &logScale)
    visitor.visit("shift", &shift)
    visitor.visit("runningMean", &runningMean)
    visitor.visit("runningVariance", &runningVariance)
  }
}

extension BatchNormalizationBijection {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "batchNormalization"

    public var momentum: Float

    public var isBatchNormalization: Bool { true }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      try require(momentum > 0 && momentum <= 1, "batch normalization, can't have the momentum \(momentum)")
      return try BatchNormalizationBijection(shape: input, momentum: momentum, tensors)
    }
  }
}
