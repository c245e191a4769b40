/// A reconstruction r(x) = decoder(encoder(x)) that can be differentiated and goes through a code: what curvature and attacks need.
public protocol DifferentiableReconstruction: ReconstructionOracle {
  /// The codes `[examples, units]` of a batch, recorded where `x` is.
  func encoded<Value: TensorAlgebra>(_ x: Value) -> Value

  /// The reconstructions of a batch of codes, `[examples] + exampleShape`.
  func decoded<Value: TensorAlgebra>(_ code: Value) -> Value

  /// Whether a unit of the code that is 0 does not change with the example (ReLU): then it adds nothing to a Jacobian, and is
  /// left out. There is an implementation: no.
  var hasRectifiedCode: Bool { get }
}

extension DifferentiableReconstruction {
  public var hasRectifiedCode: Bool { false }

  public func reconstruct(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: exampleShape) { decoded(encoded($0)) }
  }
}
