import GenModels

/// An invertible transform of each example, whose first axis counts examples: `[count, …]`.
public protocol DataTransform: Sendable {
  /// The transformed examples.
  func forward(_ x: Tensor) throws(TransformError) -> Tensor
  /// The examples whose transforms are given.
  func inverse(_ y: Tensor) throws(TransformError) -> Tensor
  /// ln |det ∂forward/∂x| of each example, in nats: what ln p(forward(x)) is to be raised by to give ln p(x).
  func logDeterminant(at x: Tensor) throws(TransformError) -> [Double]
}

extension DataTransform {
  /// ln |det ∂inverse/∂y| of each example, in nats.
  public func inverseLogDeterminant(at y: Tensor) throws(TransformError) -> [Double] {
    try logDeterminant(at: inverse(y)).map { -$0 }
  }
}

/// Number of features of each example.
func featureCount(of x: Tensor) -> Int {
  precondition(x.rank >= 1, "A transform takes a batch with an axis of examples, not a scalar.")
  return x.shape.dropFirst().reduce(1, *)
}

/// The tensor whose elements `map` returns for each element of `x` and its feature's number.
/// Throws for the first element that is not finite or for which `accepts` is false.
func mapFeatures(
  _ x: Tensor, expecting expected: String = "finite numbers",
  accepting accepts: @Sendable (Float) -> Bool = { _ in true },
  _ map: @Sendable (Float, Int) -> Float
) throws(TransformError) -> Tensor {
  let features = featureCount(of: x)
  if let bad = x.withUnsafeElements({ $0.firstIndex { !$0.isFinite || !accepts($0) } }) {
    let (example, feature) = (bad / features, bad % features)
    let value = x.withUnsafeElements { $0[bad] }
    guard value.isFinite else { throw .notFinite(example: example, feature: feature) }
    throw .outside(example: example, feature: feature, value: value, expected: expected)
  }
  return x.withUnsafeElements { source in
    nonisolated(unsafe) let source = source
    return Tensor(shape: x.shape) { destination in
      nonisolated(unsafe) let destination = destination
      guard features > 0 else { return }
      parallelFor(source.count / features, grain: max(1, (1 << 15) / features)) { examples in
        for example in examples {
          for feature in 0..<features {
            let index = example * features + feature
            destination[index] = map(source[index], feature)
          }
        }
      }
    }
  }
}
