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
