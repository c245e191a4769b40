/// One differentiable operation: how it is computed, and beside it how gradients pass through it.
///
/// The pullback is written in primitives itself, generically: run on `Tensor`s it just computes, run on
/// `Variable`s it is recorded and can be differentiated again. That is the whole mechanism of higher derivatives.
///
/// The library's primitives are in `Primitives/`. Write another one for a fused kernel of your own.
public protocol Primitive: Sendable {
  /// The outputs. Inputs of a wrong shape are a programmer's error and trap.
  func evaluate(_ inputs: [Tensor]) -> [Tensor]

  /// Gradients of a scalar with respect to the inputs, given those with respect to the outputs.
  ///
  /// - Parameters:
  ///   - upstream: For each output the gradient of the scalar, of the output's shape; nil where it is zero.
  ///     At least one is present.
  ///   - inputs: What the primitive was applied to.
  ///   - outputs: What it returned.
  ///   - wanted: Whether the gradient of each input is asked for. Others may be left nil.
  /// - Returns: For each input its gradient, of the input's shape; nil where it is zero or not wanted.
  func pullback<Value: TensorAlgebra>(
    _ upstream: [Value?], inputs: [Value], outputs: [Value], wanted: [Bool]
  ) -> [Value?]
}

/// A primitive with one output.
protocol SingleOutputPrimitive: Primitive {
  func evaluate(_ inputs: [Tensor]) -> Tensor

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?]
}

extension SingleOutputPrimitive {
  public func evaluate(_ inputs: [Tensor]) -> [Tensor] { [evaluate(inputs)] }

  public func pullback<Value: TensorAlgebra>(
    _ upstream: [Value?], inputs: [Value], outputs: [Value], wanted: [Bool]
  ) -> [Value?] {
    pullback(upstream[0]!, inputs: inputs, output: outputs[0], wanted: wanted)
  }
}
