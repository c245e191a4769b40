/// A tensor inside a gradient scope: operations on it are recorded on the scope's tape.
///
/// Variables are made by `gradient`, `valueWithGradient` and their relatives and are only of use inside them;
/// what leaves the scope is the `tensor`.
public struct Variable: TensorAlgebra {
  public let tensor: Tensor
  /// Where on the tape the value comes from; `constantSlot` for a value without history.
  let slot: Int32
  let tape: Tape

  static let constantSlot: Int32 = -1

  init(_ tensor: Tensor, slot: Int32, tape: Tape) {
    self.tensor = tensor
    self.slot = slot
    self.tape = tape
  }

  public static var isRecorded: Bool { true }

  public func constant(_ tensor: Tensor) -> Variable { tape.constant(tensor) }

  public func choosing(recorded: (Variable) -> Variable, unrecorded: (Tensor) -> Tensor) -> Variable {
    recorded(self)
  }

  /// The same value without its history: gradients stop here.
  public func detached() -> Variable { tape.constant(tensor) }

  public func value(of parameter: Parameter) -> Variable {
    Variable(
      parameter.tensor, slot: parameter.tape == tape.identifier ? parameter.slot : Variable.constantSlot,
      tape: tape)
  }

  public static func apply(
    _ primitive: some Primitive, to inputs: [Variable], precomputed: [Tensor]?
  ) -> [Variable] {
    let outputs = precomputed ?? primitive.evaluate(inputs.map(\.tensor))
    let tape = inputs[0].tape
    var hasHistory = false
    for input in inputs {
      precondition(
        input.tape === tape, "An operation mixes Variables of two gradient scopes; use their tensors.")
      hasHistory = hasHistory || input.slot >= 0
    }
    return hasHistory ? tape.record(primitive, inputs, outputs) : outputs.map(tape.constant)
  }

  /// Gradients of this value (summed, where it isn't a scalar, with the weights `upstream`) with respect to `targets`,
  /// themselves recorded, so that they can enter a loss and be differentiated again: gradient penalties, curvature.
  /// Zero where the value doesn't depend on a target.
  ///
  /// - Parameters:
  ///   - targets: What the gradients are taken with respect to.
  ///   - upstream: Weights of this value's shape; ones when nil.
  public func gradients(withRespectTo targets: [Variable], upstream: Variable? = nil) -> [Variable] {
    let seed = upstream ?? tape.constant(.ones(shape))
    precondition(
      seed.shape == shape, "The weights of a gradient have shape \(seed.shape), and the value has \(shape).")
    let found = tape.gradients(
      of: self, upstream: seed, withRespectTo: targets, as: Tape.Recorded(tape: tape), releasing: false)
    return zip(found, targets).map { $0 ?? tape.constant(.zeros($1.shape)) }
  }

  /// Gradient of this value (summed where it isn't a scalar) with respect to `target`, itself recorded.
  public func gradient(withRespectTo target: Variable, upstream: Variable? = nil) -> Variable {
    gradients(withRespectTo: [target], upstream: upstream)[0]
  }
}
