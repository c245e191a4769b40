/// How the diagonal or the trace of a Jacobian is found.
public enum JacobianMethod: Sendable, Hashable {
  /// One vector-Jacobian product for each of the D features: exact.
  case exact
  /// Hutchinson's estimate E[v ∘ (vᵀJ)] over vectors v of independent signs, with this many of them: unbiased.
  /// M. F. Hutchinson, A stochastic estimator of the trace of the influence matrix, 1990.
  case hutchinson(samples: Int)

  /// The diagonal of each example's Jacobian, from its products vᵀJ with probing vectors v.
  fileprivate func diagonal<Value: TensorAlgebra>(
    of shape: Shape, using random: inout RandomGenerator, product: (Tensor) -> Value
  ) -> Value {
    var sum: Value?
    func add(_ probe: Tensor) {
      let pulled = product(probe)
      let term = pulled * pulled.constant(probe)
      sum = sum.map { $0 + term } ?? term
    }
    switch self {
    case .exact:
      let examples = shape[0]
      let features = examples == 0 ? 0 : shape.elementCount / examples
      for feature in 0..<features {
        add(
          Tensor(shape: shape) { probe in
            probe.initialize(repeating: 0)
            for example in 0..<examples { probe[example * features + feature] = 1 }
          })
      }
      return sum ?? product(.zeros(shape))
    case .hutchinson(let samples):
      precondition(samples >= 1, "Hutchinson's estimate needs at least one sample, not \(samples).")
      for _ in 0..<samples { add(random.bernoulli(shape, probability: 0.5, value: 2) - 1) }
      return sum! * (1 / Float(samples))
    }
  }
}

extension Variable {
  /// The diagonal of each example's Jacobian, recorded: ∂yᵢ/∂xᵢ, of x's shape.
  ///
  /// This value and `x` have the same shape, `[examples, ...]`, and each example of this value depends on the same
  /// example of `x` only. Cost: D products with the Jacobian, or as many as Hutchinson's method has samples; all are kept
  /// on the tape.
  public func jacobianDiagonal(
    withRespectTo x: Variable, method: JacobianMethod = .exact, using random: inout RandomGenerator
  ) -> Variable {
    requireJacobian(of: self, withRespectTo: x)
    return method.diagonal(of: shape, using: &random) { probe in
      gradient(withRespectTo: x, upstream: tape.constant(probe))
    }
  }

  /// The trace of each example's Jacobian, recorded: Σᵢ ∂yᵢ/∂xᵢ, of shape `[examples]`.
  public func jacobianTrace(
    withRespectTo x: Variable, method: JacobianMethod = .exact, using random: inout RandomGenerator
  ) -> Variable {
    jacobianDiagonal(withRespectTo: x, method: method, using: &random).sumOverFeatures()
  }
}

/// The value y = f(x) and the diagonal of each example's Jacobian, ∂yᵢ/∂xᵢ, of x's shape `[examples, ...]`.
///
/// Each example of y must depend on the same example of x only. Cost: D products with the Jacobian, or as many as Hutchinson's
/// method has samples; memory is that of one.
public func jacobianDiagonal(
  at x: Tensor, method: JacobianMethod = .exact, using random: inout RandomGenerator,
  of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, diagonal: Tensor) {
  try inScope { tape in
    let variable = tape.variable(x)
    let y = try function(variable)
    requireJacobian(of: y, withRespectTo: variable)
    let diagonal = method.diagonal(of: y.shape, using: &random) { probe in
      tape.gradients(
        of: y, upstream: probe, withRespectTo: [variable], as: Tape.Unrecorded(), releasing: false)[0]
        ?? .zeros(x.shape)
    }
    return (y.tensor, diagonal)
  }
}

/// The value y = f(x) and the trace of each example's Jacobian, Σᵢ ∂yᵢ/∂xᵢ, of shape `[examples]`; see `jacobianDiagonal`.
public func jacobianTrace(
  at x: Tensor, method: JacobianMethod = .exact, using random: inout RandomGenerator,
  of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, trace: Tensor) {
  let (value, diagonal) = try jacobianDiagonal(at: x, method: method, using: &random, of: function)
  return (value, diagonal.sumOverFeatures())
}

extension TensorAlgebra {
  /// The sum over all axes but the first.
  fileprivate func sumOverFeatures() -> Self { sum(axes: Array(1..<shape.rank)) }
}

private func requireJacobian(of y: Variable, withRespectTo x: Variable) {
  precondition(
    y.shape == x.shape && y.shape.rank >= 1,
    "A Jacobian's diagonal needs equal shapes of at least one axis, and y has \(y.shape), x has \(x.shape).")
}
