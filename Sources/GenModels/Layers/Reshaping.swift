/// `[batch, ...]` to `[batch] + shape`.
public struct Reshaping: Layer {
  /// The shape of one example that comes out.
  public var shape: Shape

  public init(_ shape: Shape) { self.shape = shape }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x.reshaped(Shape([x.shape[0]] + shape))
  }
}
