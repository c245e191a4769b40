/// y = (x + shift) · exp(logScale) by channel (the last axis): Glow's ActNorm, for vectors and images.
///
/// ln |det| = pixels · Σ logScale. Before training the parameters are set so that the first examples have mean 0 and variance 1 in
/// each channel; from then on they are trained. D. P. Kingma and P. Dhariwal, 2018, section 3.1.
public struct ActivationNormalization: Bijection {
  public let inputShape: Shape
  public var shift, logScale: Parameter

  init(shape: Shape, _ tensors: TensorSource) throws(ModelFileError) {
    inputShape = shape
    let channels: Shape = [shape[shape.rank - 1]]
    shift = Parameter(try tensors.tensor("shift", channels) { _ in .zeros(channels) })
    logScale = Parameter(try tensors.tensor("logScale", channels) { _ in .zeros(channels) })
  }

  public var outputShape: Shape { inputShape }

  /// Numbers in each channel of an example.
  private var pixels: Float { Float(inputShape.elementCount / inputShape[inputShape.rank - 1]) }

  public mutating func initialize(from x: Tensor, condition: Tensor?) -> Tensor {
    require(x.shape, isBatchOf: inputShape)
    let axes = Array(0..<x.rank - 1)
    let mean = x.mean(axes: axes)
    let variance = (x - mean).squared().mean(axes: axes)
    shift.tensor = -mean
    // A channel that is constant keeps its scale.
    let varies = x.reshaped([x.count / variance.count, variance.count]).varyingFeatures
    logScale.tensor =
      Tensor(
        shape: variance.shape,
        initializingWith: { scale in
          for (channel, value) in variance.elements.enumerated() {
            scale[channel] = varies[channel] ? max(value, Float.leastNormalMagnitude) : 1
          }
        }
      ).log() * -0.5
    return forward(x).value
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let s = x.value(of: logScale)
    let y = (x + x.value(of: shift)) * s.exp()
    return Mapped(y, logDeterminant: (s.sum() * pixels).broadcast(to: [x.shape[0]]))
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    let s = y.value(of: logScale)
    let x = y * (-s).exp() - y.value(of: shift)
    return Mapped(x, logDeterminant: (s.sum() * -pixels).broadcast(to: [y.shape[0]]))
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("shift", &shift)
    visitor.visit("logScale", &logScale)
  }
}

extension ActivationNormalization {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "activationNormalization"

    public init() {}

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      try ActivationNormalization(shape: input, tensors)
    }
  }
}
