/// A fully connected layer: y = activation(x · weight + bias).
///
/// Shapes: x `[batch, inputs]`, weight `[inputs, outputs]`, bias `[outputs]`, y `[batch, outputs]`.
/// Weights start by `initialization` (Glorot uniform unless said), biases at zero.
public struct Dense: Layer {
  public var weight: Parameter
  public var bias: Parameter
  public var activation: Activation

  /// A layer of these tensors. Traps unless weight is `[inputs, outputs]` and bias `[outputs]`.
  public init(weight: Tensor, bias: Tensor, activation: Activation = .identity) {
    precondition(
      weight.rank == 2 && bias.shape == [weight.shape[1]],
      "A dense layer takes weights [inputs, outputs] and biases [outputs], not \(weight.shape) and \(bias.shape)."
    )
    self.weight = Parameter(weight)
    self.bias = Parameter(bias)
    self.activation = activation
  }

  public init(
    inputs: Int, outputs: Int, activation: Activation = .identity,
    initialization: Initialization = .glorotUniform, using random: inout RandomGenerator
  ) {
    let weight = initialization.weights([inputs, outputs], fanIn: inputs, fanOut: outputs, using: &random)
    self.init(weight: weight, bias: .zeros([outputs]), activation: activation)
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    precondition(
      x.shape.rank == 2 && x.shape[1] == weight.shape[0],
      "A dense layer with weights \(weight.shape) takes [batch, \(weight.shape[0])], not \(x.shape).")
    return x.affine(weight: x.value(of: weight), bias: x.value(of: bias), activation: activation)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}
