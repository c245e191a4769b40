/// A classifier whose logits can be differentiated by the examples: networks, and whatever else is made of differentiable
/// operations.
public protocol DifferentiableClassifier: Classifier {
  /// The logits `[examples, classes]` of a batch; recorded when `x` is a `Variable`. The value of an example depends on nothing
  /// else in the batch.
  func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value
}
