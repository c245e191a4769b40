/// A classifier that makes a claim for each class, 0 ≤ ỹ ≤ 1, which is compared with a fixed threshold τ: an example is taken for
/// the class with the largest claim when that is τ or more, and refused otherwise.
///
/// The claims need not sum to 1: those of a softmax do, those of a classifier that knows what it does not know are all small far
/// from its training examples. The function can be differentiated with respect to the example, which is what attacks do.
public protocol ClaimingClassifier: DifferentiableClassifier {
  /// ln ỹ of a batch, `[examples, classes]`, recorded where `x` is. In logarithms, because products of many probabilities
  /// underflow.
  func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value
}

extension ClaimingClassifier {
  /// The claims ỹ `[examples, classes]`, each in 0...1.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func claims(_ x: Tensor) throws -> Tensor { try logClaims(checking: x).exp() }

  /// ln ỹ `[examples, classes]`, computed in pieces.
  /// - Throws: As `claims`.
  public func logClaims(checking x: Tensor) throws -> Tensor {
    try check(x)
    return x.inPieces(outputShape: [classCount]) { logClaims($0) }
  }

  /// The label of each example, nil where no claim reaches τ.
  /// - Throws: As `claims`.
  public func labels(_ x: Tensor, claimingAtLeast threshold: Double) throws -> [Int?] {
    let claims = try logClaims(checking: x)
    let best = claims.maximum(axis: 1).elements
    // In single precision, as claims are: ln of a threshold of 0 is −∞, which everything reaches.
    let bound = Float(threshold > 0 ? logarithm(threshold) : -.infinity)
    return zip(claims.positionOfMaximum(axis: 1).elements, best).map { $1 >= bound ? $0 : nil }
  }
}
