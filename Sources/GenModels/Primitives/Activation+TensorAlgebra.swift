extension Activation {
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

  /// What a convolution applies while it stores its result; `finished` does the rest.
  var fused: Activation { kernel == nil ? .identity : self }

  /// The activated sums, from sums to which `fused` has been applied.
  func finished<Value: TensorAlgebra>(_ sums: Value) -> Value { kernel == nil ? self(sums) : sums }

  /// The gradient to a convolution's sums, from that to its output, which `fused` has been applied to.
  func pulledBack<Value: TensorAlgebra>(_ upstream: Value, through output: Value) -> Value {
    switch self {
    case .identity: upstream
    case .relu: .apply(ElementwiseGradient(function: .relu), upstream, output)
    case .sigmoid: .apply(ElementwiseGradient(function: .sigmoid), upstream, output)
    case .tanh, .softplus, .leakyReLU: preconditionFailure("A convolution does not apply \(self) itself.")
    }
  }
}
