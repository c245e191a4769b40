/// Anything that takes examples of one shape: what scorers, densities, oracles and classifiers have in common.
///
/// Every capability has one public verb (`score`, `logDensity`, `reconstruct`, `logits` …) that checks the examples here and then
/// calls the same verb with the label `checked`, which is what a conforming type writes. So all refuse wrong examples with the same
/// `ExampleError`, and a type's own code sees examples that are right.
public protocol ExampleReader<Examples>: Sendable {
  /// A batch of examples: `Tensor` for networks, `Matrix` (in `Double`) for statistics on tables.
  associatedtype Examples: ExampleBatch

  /// The shape of one example, without the axis that counts them; for a table, `[columns]`.
  var exampleShape: Shape { get }

  /// Throws unless the model has an answer for these examples. There is an implementation: every example has the shape
  /// `exampleShape` and holds finite numbers alone.
  /// - Throws: `ExampleError`.
  func check(_ x: Examples) throws(ExampleError)
}

extension ExampleReader {
  public func check(_ x: Examples) throws(ExampleError) { try x.requireExamples(of: exampleShape) }
}
