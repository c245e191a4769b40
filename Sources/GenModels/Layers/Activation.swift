/// The function applied to a layer's sums.
public enum Activation: Sendable, Hashable, Codable {
  case identity, relu, sigmoid, tanh, softplus
  case leakyReLU(slope: Float)

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value) -> Value {
    switch self {
    case .identity: x
    case .relu: x.relu()
    case .sigmoid: x.sigmoid()
    case .tanh: x.tanh()
    case .softplus: x.softplus()
    case .leakyReLU(let slope): x.leakyReLU(slope: slope)
    }
  }
}

extension Activation {
  /// The activation as one that a convolution applies while it stores its result, nil where it has no such form.
  var fused: ConvolutionActivation? {
    switch self {
    case .identity: ConvolutionActivation.none
    case .relu: .relu
    case .sigmoid: .sigmoid
    case .tanh, .softplus, .leakyReLU: nil
    }
  }
}
