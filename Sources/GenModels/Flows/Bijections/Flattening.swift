/// Images `[height, width, channels]` as vectors `[height · width · channels]`; ln |det| = 0.
public struct Flattening: Bijection {
  public let inputShape: Shape

  public init(shape: Shape) { inputShape = shape }

  public var outputShape: Shape { [inputShape.elementCount] }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    return Mapped(x.flattened(), constant: 0)
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: outputShape)
    return Mapped(y.reshaped(Shape([y.shape[0]] + Array(inputShape))), constant: 0)
  }
}

extension Flattening {
  /// The bijection as data.
  public struct Description: BijectionDescription {
    public static let name = "flatten"

    public init() {}

    public var elementwise: ElementwiseMap { .rearrangement }

    public func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      Flattening(shape: input)
    }
  }
}
