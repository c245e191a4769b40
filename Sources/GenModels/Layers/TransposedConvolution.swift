/// A transposed convolution of images: y = activation(x ∗ᵀ weight + bias), the adjoint of a convolution without padding (M. D.
/// Zeiler, D. Krishnan, G. W. Taylor and R. Fergus, 2010). n pixels become (n − 1) · stride + kernel.
///
/// Shapes: x `[batch, height, width, inChannels]`, weight `[kernelHeight, kernelWidth, outChannels, inChannels]`, bias
/// `[outChannels]`. At stride 1 it is a `Convolution` with full padding and the kernel turned by half a turn, which is faster.
public struct TransposedConvolution: Layer {
  public var weight: Parameter
  public var bias: Parameter
  public var activation: Activation
  public var stride: Int

  /// A layer of these tensors. Traps unless weight has four axes and bias one, of the outgoing channels.
  public init(weight: Tensor, bias: Tensor, activation: Activation = .identity, stride: Int = 1) {
    precondition(
      weight.rank == 4 && bias.shape == [weight.shape[2]],
      """
      A transposed convolution takes weights [height, width, outChannels, inChannels] and biases [outChannels], not \
      \(weight.shape) and \(bias.shape).
      """)
    self.weight = Parameter(weight)
    self.bias = Parameter(bias)
    self.activation = activation
    self.stride = stride
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    activation(x.convolvedTransposed(weights: x.value(of: weight), stride: stride) + x.value(of: bias))
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}
