/// An invertible, differentiable map of examples, whose Jacobian's determinant is known.
///
/// Written once, against `TensorAlgebra`: with `Tensor`s it computes, with `Variable`s it is recorded. `forward` runs from
/// data to noise, so that a flow's density is ln p(x) = ln p_base(f(x)) + ln |det ∂f/∂x|.
///
/// Bijections are values: a list of them is one (`BijectionChain`), and so is one turned round (`InverseBijection`).
public protocol Bijection: Parameterized {
  /// The shape of one example, without the batch axis, before and after the map; as many numbers both.
  var inputShape: Shape { get }
  var outputShape: Shape { get }

  /// y = f(x) and ln |det ∂f/∂x| in nats.
  ///
  /// - Parameters:
  ///   - x: `[batch] + inputShape`.
  ///   - condition: What the map may depend on besides x, `[batch, conditions]`; nil where there is nothing.
  ///   - context: Training or use: batch normalization tells them apart.
  /// - Returns: y `[batch] + outputShape`, and one log-determinant for each example, `[batch]`.
  func forward<Value: TensorAlgebra>(_ x: Value, condition: Value?, _ context: Context) -> Mapped<Value>

  /// x = f⁻¹(y) and ln |det ∂f⁻¹/∂y|, which is minus that of `forward` at x.
  func inverse<Value: TensorAlgebra>(_ y: Value, condition: Value?, _ context: Context) -> Mapped<Value>

  /// Sets what is to be set from the training examples before training (D. P. Kingma and P. Dhariwal, Glow, 2018,
  /// section 3.1), and returns `forward` of them. Without such parameters it is `forward`.
  mutating func initialize(from x: Tensor, condition: Tensor?) -> Tensor
}

extension Bijection {
  /// `forward` in use, not in training.
  public func forward<Value: TensorAlgebra>(_ x: Value, condition: Value? = nil) -> Mapped<Value> {
    forward(x, condition: condition, .inference)
  }

  /// `inverse` in use, not in training.
  public func inverse<Value: TensorAlgebra>(_ y: Value, condition: Value? = nil) -> Mapped<Value> {
    inverse(y, condition: condition, .inference)
  }

  /// The same map from y to x.
  public var inverted: InverseBijection { InverseBijection(self) }

  public mutating func initialize(from x: Tensor, condition: Tensor?) -> Tensor {
    forward(x, condition: condition, .inference).value
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {}

  /// Traps unless `x` is a batch of examples of `shape`.
  public func require(_ x: Shape, isBatchOf shape: Shape) {
    precondition(
      x.rank == shape.rank + 1 && x.dropFirst().elementsEqual(shape),
      "\(Self.self) takes batches of examples of shape \(shape), not a tensor of shape \(x).")
  }
}
