/// The value of a scalar function and its gradient.
///
/// ```swift
/// let (value, gradient) = valueWithGradient(at: Tensor([1, 2])) { x in x.squared().sum() }
/// // value 5, gradient [2, 4]
/// ```
///
/// - Returns: f(x), and ∂f/∂x of x's shape. Cost: about three evaluations of `function`.
public func valueWithGradient(
  at x: Tensor, of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, gradient: Tensor) {
  let (value, gradients) = try valueWithGradients(at: [x]) { try function($0[0]) }
  return (value, gradients[0])
}

/// The value of a scalar function of several tensors and its gradient with respect to each.
public func valueWithGradients(
  at inputs: [Tensor], of function: ([Variable]) throws -> Variable
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  try inScope { tape in
    let variables = inputs.map(tape.variable)
    let value = try function(variables)
    requireScalar(value)
    return (
      value.tensor, unrecordedGradients(of: value, upstream: .ones(value.shape), withRespectTo: variables)
    )
  }
}

/// The gradient of a scalar function: ∂f/∂x, of x's shape.
///
/// ```swift
/// gradient(at: Tensor([0.1, 0.2, 0.3])) { $0.squared().sum() }     // [0.2, 0.4, 0.6]
/// ```
public func gradient(at x: Tensor, of function: (Variable) throws -> Variable) rethrows -> Tensor {
  try valueWithGradient(at: x, of: function).gradient
}

/// The value y = f(x) of a tensor-valued function, and the product uᵀJ of `upstream` u with its Jacobian J = ∂y/∂x.
///
/// - Parameters:
///   - x: Where f is taken.
///   - upstream: Called with y; returns u, of y's shape.
///   - function: f.
public func vjp(
  at x: Tensor, upstream: (Tensor) -> Tensor, of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, product: Tensor) {
  try inScope { tape in
    let variable = tape.variable(x)
    let y = try function(variable)
    let u = upstream(y.tensor)
    precondition(
      u.shape == y.shape,
      "The left factor of a vector-Jacobian product has shape \(u.shape), y has \(y.shape).")
    return (y.tensor, unrecordedGradients(of: y, upstream: u, withRespectTo: [variable])[0])
  }
}

/// The value y = f(x) of a tensor-valued function, and the product Jv of its Jacobian J = ∂y/∂x with `tangent` v.
///
/// Reverse mode twice: uᵀJ is linear in u, and its gradient contracted with v is Jv. Cost: about five evaluations.
public func jvp(
  at x: Tensor, tangent: Tensor, of function: (Variable) throws -> Variable
) rethrows -> (value: Tensor, product: Tensor) {
  precondition(
    tangent.shape == x.shape, "A tangent at a point of shape \(x.shape) can't have shape \(tangent.shape).")
  return try inScope { tape in
    let variable = tape.variable(x)
    let y = try function(variable)
    let u = tape.variable(.zeros(y.shape))
    let pulled = y.gradient(withRespectTo: variable, upstream: u)
    return (y.tensor, unrecordedGradients(of: pulled, upstream: tangent, withRespectTo: [u])[0])
  }
}

/// Opens a gradient scope: calls `body` with a new tape, on which it makes variables, and closes the tape.
func inScope<Result>(_ body: (Tape) throws -> Result) rethrows -> Result {
  let tape = Tape()
  defer { tape.close() }
  return try body(tape)
}

/// The last use of a scope: gradients as tensors, with what was recorded released on the way.
/// - Parameters:
///   - value: What is differentiated.
///   - upstream: The weights of its numbers.
///   - targets: What the gradients are with respect to.
///   - whenFinal: Gets each gradient by its target's number as soon as nothing more is added to it.
func unrecordedGradients(
  of value: Variable, upstream: Tensor, withRespectTo targets: [Variable],
  whenFinal: ((Int, Tensor) -> Void)? = nil
) -> [Tensor] {
  let found = value.tape.gradients(
    of: value, upstream: upstream, withRespectTo: targets, as: Tape.Unrecorded(), releasing: true,
    whenFinal: whenFinal.map { report in { report($0, $1 ?? .zeros(targets[$0].shape)) } })
  return zip(found, targets).map { $0 ?? .zeros($1.shape) }
}

func requireScalar(_ value: Variable) {
  precondition(
    value.tensor.count == 1,
    "A gradient is taken of a single number, and the function returned shape \(value.shape); sum it or average it."
  )
}
