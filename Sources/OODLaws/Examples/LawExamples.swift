import GenModels

/// A batch of examples that laws can take apart, put together and spoil. `Tensor`, `Matrix` and `[Matrix]` are such batches; a batch
/// type of your own needs this conformance to be put under the laws.
public protocol LawExamples: ExampleBatch {
  /// The batches one after the other; there is at least one.
  static func joined(_ batches: [Self]) -> Self

  /// One example a point, whose numbers, in row-major order, are those given. A sequence has one time step.
  static func points(_ points: [[Double]], shape: Shape) -> Self

  /// All numbers: of one example after the other, each in row-major order.
  var numbers: [Double] { get }

  /// The same batch with every number changed.
  func mapNumbers(_ change: (Double) -> Double) -> Self

  /// The same batch with another number in one place. A sequence is changed in its first step.
  func replacing(example: Int, feature: Int, with value: Double) -> Self

  /// As many examples of another shape.
  func inAnotherShape() -> Self
}

extension LawExamples {
  /// One example.
  func example(_ number: Int) -> Self { examples(number..<number + 1) }

  /// These examples in another order.
  func reordered(_ order: [Int]) -> Self { .joined(order.map { example($0) }) }

  /// The numbers of each example.
  var rows: [[Double]] { (0..<exampleCount).map { example($0).numbers } }
}
