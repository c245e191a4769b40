/// A convolution of images: y = activation(x ∗ weight + bias).
///
/// Shapes: x `[batch, height, width, inChannels]`, weight `[kernelHeight, kernelWidth, inChannels, outChannels]`, bias
/// `[outChannels]`. The first argument may also be a winner-take-all code, which makes the layer hundreds of times cheaper.
/// Weights start by `initialization` (Glorot uniform unless said), biases at zero.
public struct Convolution: Layer {
  public var weight: Parameter
  public var bias: Parameter
  public var activation: Activation
  public var padding: Padding
  public var stride: Int

  /// A layer of these tensors. Traps unless weight has four axes and bias one, of the outgoing channels.
  public init(
    weight: Tensor, bias: Tensor, activation: Activation = .identity, padding: Padding = .valid,
    stride: Int = 1
  ) {
    precondition(
      weight.rank == 4 && bias.shape == [weight.shape[3]],
      """
      A convolution takes weights [height, width, inChannels, outChannels] and biases [outChannels], not \
      \(weight.shape) and \(bias.shape).
      """)
    self.weight = Parameter(weight)
    self.bias = Parameter(bias)
    self.activation = activation
    self.padding = padding
    self.stride = stride
  }

  /// A layer with a square kernel.
  public init(
    inChannels: Int, outChannels: Int, kernel: Int, activation: Activation = .identity,
    padding: Padding = .valid, stride: Int = 1, initialization: Initialization = .glorotUniform,
    using random: inout RandomGenerator
  ) {
    let taps = kernel * kernel
    let weight = initialization.weights(
      [kernel, kernel, inChannels, outChannels], fanIn: taps * inChannels, fanOut: taps * outChannels,
      using: &random)
    self.init(
      weight: weight, bias: .zeros([outChannels]), activation: activation, padding: padding, stride: stride)
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x.convolved(
      weights: x.value(of: weight), bias: x.value(of: bias), activation: activation, stride: stride,
      padding: padding)
  }

  /// The layer's output for the images that a code stands for.
  public func callAsFunction<Value: TensorAlgebra>(_ code: WinnerCode<Value>, _ context: Context) -> Value {
    code.convolved(
      weights: code.values.value(of: weight), bias: code.values.value(of: bias), activation: activation,
      stride: stride, padding: padding)
  }

  /// The spatial winners of the layer's output, as one operation with a sparse backward pass.
  public func winners<Value: TensorAlgebra>(_ x: Value) -> WinnerCode<Value> {
    x.convolvedWinners(
      weights: x.value(of: weight), bias: x.value(of: bias), activation: activation, stride: stride,
      padding: padding)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}
