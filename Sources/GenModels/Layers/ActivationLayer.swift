/// An activation as a layer of its own.
public struct ActivationLayer: Layer {
  public var activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value { activation(x) }
}
