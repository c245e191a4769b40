#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// From the unit interval to the line: y = ln s / (1 − s) with s = alpha + (1 − 2 alpha) x.
///
/// ln |det ∂y/∂x| = Σ ln(1 − 2 alpha) − ln s − ln(1 − s). G. Papamakarios, T. Pavlakou and I. Murray, 2017, section 4.2. It is finite a
/// little beyond 0...1: where 0 < s < 1.
public struct Logit: Bijection {
  public let inputShape: Shape
  public let alpha: Float

  /// Traps unless 0 ≤ alpha < 1/2.
  public init(shape: Shape, alpha: Float = 0.05) {
    precondition(alpha >= 0 && alpha < 0.5, "A logit's margin lies in 0 ..< 0.5, and \(alpha) does not.")
    inputShape = shape
    self.alpha = alpha
  }

  public var outputShape: Shape { inputShape }

  private var span: Float { 1 - 2 * alpha }
  private var logSpan: Float { Float(Double(inputShape.elementCount) * log(Double(span))) }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let low = (x * span + alpha).log()
    let high = ((1 - x) * span + alpha).log()
    let sum = (low + high).flattened().sum(axes: [1])
    return Mapped(low - high, logDeterminant: logSpan - sum)
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    // ln s = −softplus(−y) and ln(1 − s) = −softplus(y).
    let sum = (y.softplus() + (-y).softplus()).flattened().sum(axes: [1])
    return Mapped((y.sigmoid() - alpha) / span, logDeterminant: -sum - logSpan)
  }
}

extension Logit {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "logit"

    public var alpha: Float

    /// s = alpha + (1 − 2 alpha) x in 2⁻²⁰ ... 1 − 2⁻²⁰ keeps away from the infinities.
    public var elementwise: ElementwiseMap {
      let margin: Float = 0x1p-20
      return .within((margin - alpha) / (1 - 2 * alpha)...(1 - margin - alpha) / (1 - 2 * alpha))
    }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      try require(alpha >= 0 && alpha < 0.5, "a logit, can't have the margin \(alpha)")
      return Logit(shape: input, alpha: alpha)
    }
  }

  /// The turned bijection, y = 1 / (1 + e⁻ˣ), as data.
  public struct Sigmoid: BijectionDescription {
    public static let name = "sigmoid"

    public init() {}

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      Logit(shape: input, alpha: 0).inverted
    }
  }
}
