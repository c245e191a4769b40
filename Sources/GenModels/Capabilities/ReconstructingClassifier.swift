/// A classifier whose features also give the example back: one pass through the encoder serves both.
public protocol ReconstructingClassifier: ClaimingClassifier, DifferentiableReconstruction {
  /// ln ỹ of a batch of codes, `[examples, classes]`; see `logClaims(_:)`.
  func logClaims<Value: TensorAlgebra>(ofCode code: Value) -> Value
}

extension ReconstructingClassifier {
  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value { logClaims(ofCode: encoded(x)) }
}
