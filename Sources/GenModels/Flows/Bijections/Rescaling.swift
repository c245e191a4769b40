#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// y = scale · x + shift with fixed numbers; ln |det| = D ln |scale|.
public struct Rescaling: Bijection {
  public let inputShape: Shape
  public let scale, shift: Float

  /// Traps unless the scale is finite and not 0.
  public init(shape: Shape, scale: Float, shift: Float) {
    precondition(
      scale != 0 && scale.isFinite && shift.isFinite,
      "A rescaling needs a finite scale that is not 0 and a finite shift, not \(scale) and \(shift).")
    inputShape = shape
    self.scale = scale
    self.shift = shift
  }

  public var outputShape: Shape { inputShape }

  private var logDeterminant: Float { Float(Double(inputShape.elementCount) * log(Double(abs(scale)))) }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    return Mapped(x * scale + shift, constant: logDeterminant)
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: inputShape)
    return Mapped((y - shift) / scale, constant: -logDeterminant)
  }
}

extension Rescaling {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "rescaling"

    public var scale: Float
    public var shift: Float

    public var elementwise: ElementwiseMap { .affine(scale: scale, shift: shift) }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      try require(
        scale != 0 && scale.isFinite && shift.isFinite, "a rescaling, can't be by \(scale) and \(shift)")
      return Rescaling(shape: input, scale: scale, shift: shift)
    }
  }
}
