/// The recorded pullback of a fused primitive, from a composition of other primitives that computes the same.
///
/// A fused kernel's gradient can't be differentiated again. Where a pullback is recorded, the primitive is therefore computed once
/// more by `composition`, and that is differentiated. `Value` is `Variable` here: nothing else is recorded.
func composedPullback<Value: TensorAlgebra>(
  _ upstream: [Value?], inputs: [Value], wanted: [Bool], by composition: ([Variable]) -> [Variable]
) -> [Value?] {
  guard let inputs = inputs as? [Variable], let upstream = upstream as? [Variable?] else {
    preconditionFailure("Only Variables are recorded, and \(Value.self) is none.")
  }
  // Times 1: values of their own, so that a gradient stops here and does not go on to what an input was computed from.
  let arguments = zip(inputs, wanted).map { $1 ? 1 * $0 : $0 }
  var sum: Variable?
  for (output, weight) in zip(composition(arguments), upstream) {
    guard let weight else { continue }
    let term = (output * weight).sum()
    sum = sum.map { $0 + term } ?? term
  }
  guard let sum else { return inputs.map { _ in nil } }
  let targets = zip(arguments, wanted).filter(\.1).map(\.0)
  guard let gradients = sum.gradients(withRespectTo: targets) as? [Value] else {
    preconditionFailure("Gradients of Variables are Variables, and not \(Value.self).")
  }
  var found = gradients.makeIterator()
  return wanted.map { $0 ? found.next() : nil }
}
