/// A model that tells classes apart.
public protocol Classifier: ExampleReader where Examples == Tensor {
  /// Number of classes, numbered from 0.
  var classCount: Int { get }

  /// The logits `[examples, classes]`: ln of the classes' probabilities up to a constant for each example. The examples are
  /// checked: this is what `logits(_:)` calls.
  func logits(checked x: Tensor) throws -> Tensor

  /// The features `[examples, features]` that the last layer reads. The examples are checked: this is what `features(_:)`
  /// calls.
  func features(checked x: Tensor) throws -> Tensor

  /// The last layer, where the logits are an affine function of the features. There is an implementation: nil, for a classifier
  /// that ends otherwise.
  var linearHead: LinearHead? { get }
}

extension Classifier {
  public var linearHead: LinearHead? { nil }

  /// The logits `[examples, classes]`: ln of the classes' probabilities up to a constant for each example.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func logits(_ x: Tensor) throws -> Tensor {
    try check(x)
    return try logits(checked: x)
  }

  /// The probabilities of the classes `[examples, classes]`: softmax of the logits.
  /// - Throws: As `logits`.
  public func probabilities(_ x: Tensor) throws -> Tensor { try logits(x).softmax() }

  /// The features `[examples, features]` that the last layer reads.
  /// - Throws: As `logits`.
  public func features(_ x: Tensor) throws -> Tensor {
    try check(x)
    return try features(checked: x)
  }

  /// The most probable class of each example; of several the first.
  /// - Throws: As `logits`.
  public func labels(_ x: Tensor) throws -> Indexes { try logits(x).positionOfMaximum(axis: 1) }

  /// The share of examples whose most probable class is not the label.
  /// - Throws: As `logits`.
  public func error(_ x: Tensor, labels: Indexes) throws -> Double {
    let wrong = zip(try self.labels(x).elements, labels.elements).count { $0 != $1 }
    return Double(wrong) / Double(max(1, x.shape[0]))
  }
}
