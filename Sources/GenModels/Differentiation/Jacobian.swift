/// How the diagonal or the trace of a Jacobian is found.
public enum JacobianMethod: Sendable, Hashable {
  /// One vector-Jacobian product for each of the D features: exact.
  case exact
  /// Hutchinson's estimate E[v ∘ (vᵀJ)] over vectors v of independent signs, with this many of them: unbiased.
  /// M. F. Hutchinson, A stochastic estimator of the trace of the influence matrix, 1990.
  case hutchinson(samples: Int)
}

extension Variable {
  /// The diagonal of each example's Jacobian, recorded: ∂yᵢ/∂xᵢ, of x's shape.
  ///
  /// This value and `x` have the same shape, `[examples, ...]`, and each example of this value depends on the same
  /// example of `x` only. Cost: D products with the Jacobian, or as many as Hutchinson's method has samples.
  public func jacobianDiagonal(
    withRespectTo x: Variable, method: JacobianMethod = .exact, using random: inout RandomGenerator
  ) -> Variable {
    precondition(
      shape == x.shape && shape.rank >= 1,
      "A Jacobian's diagonal needs equal shapes of at least one axis, and y has \(shape), x has \(x.shape).")
    var sum: Variable?
    func add(_ probe: Tensor) {
      let constant = tape.constant(probe)
      let term = gradient(withRespectTo: x, upstream: constant) * constant
      sum = sum.map { $0 + term } ?? term
    }
    switch method {
    case .exact:
      let examples = shape[0]
      let features = examples == 0 ? 0 : tensor.count / examples
      for feature in 0..<features {
        add(
          Tensor(shape: shape) { probe in
            probe.initialize(repeating: 0)
            for example in 0..<examples { probe[example * features + feature] = 1 }
          })
      }
    case .hutchinson(let samples):
      precondition(samples >= 1, "Hutchinson's estimate needs at least one sample, not \(samples).")
      for _ in 0..<samples { add(random.bernoulli(shape, probability: 0.5, value: 2) - 1) }
      sum = sum.map { $0 * (1 / Float(samples)) }
    }
    return sum ?? tape.constant(.zeros(shape))
  }

  /// The trace of each example's Jacobian, recorded: Σᵢ ∂yᵢ/∂xᵢ, of shape `[examples]`.
  public func jacobianTrace(
    withRespectTo x: Variable, method: JacobianMethod = .exact, using random: inout RandomGenerator
  ) -> Variable {
    let diagonal = jacobianDiagonal(withRespectTo: x, method: method, using: &random)
    return diagonal.sum(axes: Array(1..<shape.rank))
  }
}

/// The value y = f(x) and the diagonal of each example's Jacobian, ∂yᵢ/∂xᵢ; see `Variable.jacobianDiagonal`.
public func jacobianDiagonal(
  at x: Tensor, method: JacobianMethod = .exact, using random: inout RandomGenerator,
  of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, diagonal: Tensor) {
  try inScope { tape in
    let variable = tape.variable(x)
    let y = try function(variable)
    return (y.tensor, y.jacobianDiagonal(withRespectTo: variable, method: method, using: &random).tensor)
  }
}

/// The value y = f(x) and the trace of each example's Jacobian, Σᵢ ∂yᵢ/∂xᵢ; see `Variable.jacobianTrace`.
public func jacobianTrace(
  at x: Tensor, method: JacobianMethod = .exact, using random: inout RandomGenerator,
  of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, trace: Tensor) {
  try inScope { tape in
    let variable = tape.variable(x)
    let y = try function(variable)
    return (y.tensor, y.jacobianTrace(withRespectTo: variable, method: method, using: &random).tensor)
  }
}
