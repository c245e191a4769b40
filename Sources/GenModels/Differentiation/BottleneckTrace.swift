/// The trace of each example's Jacobian Σᵢ ∂rᵢ/∂xᵢ, shape `[examples]`, of r(x) = decoder(encoder(x)), exact.
///
/// tr(J_dec J_enc) = tr(J_enc J_dec) = Σₖ (eₖᵀ J_enc) · (J_dec eₖ): as many products with each of the two Jacobians as the code
/// has units, where the plain sum over features takes D of both. A product works on all examples at once. Where units that are
/// 0 are constant (`skippingZeros`), each example takes its own nonzero units one after the other, and the number of products is
/// that of the example with the most.
///
/// Each example of the code, and of the reconstruction, must depend on the same example of `x` only. An example's sum has one order,
/// whatever is beside it. Memory: the activations of `x`.
///
/// - Parameters:
///   - x: `[examples, ...]`.
///   - skippingZeros: Whether a unit of the code that is 0 has the derivative 0.
///   - encoder: From `x` to codes `[examples, units]`.
///   - decoder: From codes to the shape of `x`.
public func bottleneckTrace(
  at x: Tensor, skippingZeros: Bool = false, encoder: (Variable) throws -> Variable,
  decoder: (Variable) throws -> Variable
) rethrows -> [Double] {
  try inScope { tape in
    let input = tape.variable(x)
    let code = try encoder(input)
    precondition(code.shape.rank == 2, "A code has the shape [examples, units], not \(code.shape).")
    let cut = tape.variable(code.tensor)
    let y = try decoder(cut)
    precondition(y.shape == x.shape, "A reconstruction has its example's shape \(x.shape), not \(y.shape).")
    // uᵀ J_dec is linear in u, and its gradient contracted with eₖ is J_dec eₖ.
    let left = tape.variable(.zeros(y.shape))
    let pulled = y.gradient(withRespectTo: cut, upstream: left)
    let (examples, units) = (code.shape[0], code.shape[1])
    let wanted = code.tensor.withUnsafeElements { elements in
      (0..<examples).map { example in
        (0..<units).filter { !skippingZeros || elements[example * units + $0] != 0 }
      }
    }
    var traces = [Double](repeating: 0, count: examples)
    for turn in 0..<(wanted.map(\.count).max() ?? 0) {
      let unit = Tensor(shape: code.shape) { unit in
        unit.initialize(repeating: 0)
        for example in 0..<examples where turn < wanted[example].count {
          unit[example * units + wanted[example][turn]] = 1
        }
      }
      func product(_ value: Variable, _ target: Variable) -> Tensor? {
        tape.gradients(
          of: value, upstream: unit, withRespectTo: [target], as: Tape.Unrecorded(), releasing: false)[0]
      }
      guard let pushed = product(pulled, left), let back = product(code, input) else { break }
      let terms = (pushed * back).sum(axes: Array(1..<x.rank))
      terms.withUnsafeElements { terms in
        for example in 0..<examples where turn < wanted[example].count {
          traces[example] += Double(terms[example])
        }
      }
    }
    return traces
  }
}
