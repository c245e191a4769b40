/// A value that tensor algebra is defined on: `Tensor`, which computes, and `Variable`, which computes and
/// records for differentiation.
///
/// Layers and losses are written once, against this protocol; with `Tensor`s nothing is recorded:
///
/// ```swift
/// func squaredError<Value: TensorAlgebra>(_ y: Value, _ target: Value) -> Value {
///   (y - target).squared().mean()
/// }
/// ```
///
/// All operations are extensions of this protocol over the closed set of primitives in `Primitives/`.
public protocol TensorAlgebra {
  /// The value itself.
  var tensor: Tensor { get }

  /// Whether operations are recorded. A pullback that is a fused kernel, without a pullback of its own, is used only
  /// where they are not; where they are, it is composed of primitives.
  static var isRecorded: Bool { get }

  /// A value that carries no gradient, usable together with this one.
  func constant(_ tensor: Tensor) -> Self

  /// The value of a layer's parameter, usable together with this one.
  func value(of parameter: Parameter) -> Self

  /// Applies a primitive; its outputs come in the primitive's order.
  /// `precomputed`, where given, are the outputs, which then are not computed again.
  static func apply(_ primitive: some Primitive, to inputs: [Self], precomputed: [Tensor]?) -> [Self]

  /// What `recorded` makes of a `Variable`, or `unrecorded` of a `Tensor`: for the rare function that differentiates inside, where both
  /// compute the same.
  func choosing(recorded: (Variable) -> Variable, unrecorded: (Tensor) -> Tensor) -> Self
}

extension TensorAlgebra {
  /// Extents of the axes.
  public var shape: Shape { tensor.shape }

  /// Applies a primitive that has one output.
  @inline(__always)
  static func apply(_ primitive: some Primitive, _ inputs: Self..., precomputed: Tensor? = nil) -> Self {
    apply(primitive, to: inputs, precomputed: precomputed.map { [$0] })[0]
  }
}

extension Tensor: TensorAlgebra {
  public static var isRecorded: Bool { false }

  public var tensor: Tensor { self }

  public func constant(_ tensor: Tensor) -> Tensor { tensor }

  public func value(of parameter: Parameter) -> Tensor { parameter.tensor }

  public static func apply(_ primitive: some Primitive, to inputs: [Tensor], precomputed: [Tensor]?)
    -> [Tensor]
  {
    precomputed ?? primitive.evaluate(inputs)
  }

  public func choosing(recorded: (Variable) -> Variable, unrecorded: (Tensor) -> Tensor) -> Tensor {
    unrecorded(self)
  }
}
