import GenModels

/// A classifier whose features are the examples themselves: its scores are those of given features and logits.
struct LinearClassifier: DifferentiableClassifier {
  let head: LinearHead

  init(weight: Tensor, bias: Tensor) { head = LinearHead(weight: weight, bias: bias) }

  /// The logits are the examples.
  static func identity(_ classes: Int) -> LinearClassifier {
    let weight = Tensor.oneHot(Indexes(Array(0..<classes)), classes: classes)
    return LinearClassifier(weight: weight, bias: .zeros([classes]))
  }

  var exampleShape: Shape { [head.featureCount] }
  var classCount: Int { head.classCount }
  var linearHead: LinearHead? { head }
  func logits(checked x: Tensor) -> Tensor { head.logits(x) }
  func features(checked x: Tensor) -> Tensor { x }
  func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value {
    x.affine(weight: x.constant(head.weight), bias: x.constant(head.bias))
  }
}

/// A classifier that gives its features and logits and nothing else.
struct OpaqueClassifier: Classifier {
  let base: LinearClassifier
  var exampleShape: Shape { base.exampleShape }
  var classCount: Int { base.classCount }
  func logits(checked x: Tensor) throws -> Tensor { base.logits(checked: x) }
  func features(checked x: Tensor) throws -> Tensor { x }
}
