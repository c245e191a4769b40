/// Scores how far examples lie from what a model knows. **Higher means more out-of-distribution**, for every scorer.
///
/// ```swift
/// struct DistanceFromOrigin: OODScorer {
///   let exampleShape: Shape = [2]
///   func score(checked x: Matrix) -> [Double] {
///     (0..<x.rows).map { i in (x[i, 0] * x[i, 0] + x[i, 1] * x[i, 1]).squareRoot() }
///   }
/// }
/// ```
///
/// A scorer is a value that exists only when it is fitted. What score is too high is another value's business (a threshold), and
/// changing that never fits anything again.
public protocol OODScorer<Examples>: ExampleReader {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// The score of each example. It does not depend on what else is in the batch, on the batch's order or on the number of
  /// threads. The examples are checked: this is what `score(_:)` calls.
  func score(checked x: Examples) throws -> [Double]
}

extension OODScorer {
  /// The score of each example. It does not depend on what else is in the batch, on the batch's order or on the number
  /// of threads.
  /// - Throws: `ExampleError` when an example is NaN or infinite, or does not have the shape that the scorer was fitted to.
  public func score(_ x: Examples) throws -> [Double] {
    try check(x)
    return x.exampleCount == 0 ? [] : try score(checked: x)
  }
}
