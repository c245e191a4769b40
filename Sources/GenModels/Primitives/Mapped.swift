/// What a bijection gives: the value, and the logarithm of the absolute determinant of its Jacobian at each example.
public struct Mapped<Value: TensorAlgebra> {
  /// `[batch, ...]`.
  public var value: Value
  /// `[batch]`, in nats.
  public var logDeterminant: Value

  public init(_ value: Value, logDeterminant: Value) {
    self.value = value
    self.logDeterminant = logDeterminant
  }

  /// A value under a map whose log-determinant is the same number everywhere.
  public init(_ value: Value, constant logDeterminant: Float = 0) {
    self.value = value
    self.logDeterminant = value.constant(Tensor(repeating: logDeterminant, shape: [value.shape[0]]))
  }
}
