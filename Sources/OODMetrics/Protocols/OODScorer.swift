import GenModels

/// Scores how far examples lie from what a model knows. **Higher means more out-of-distribution**, for every scorer.
///
/// A scorer is a value that exists only when it is fitted. What score is too high is another value's business
/// (a threshold), and changing that never fits anything again.
public protocol OODScorer<Examples>: Sendable {
  /// A batch of examples: `Tensor` for networks, `Matrix` (in `Double`) for tables.
  associatedtype Examples: Sendable

  /// The score of each example. It does not depend on what else is in the batch, on the batch's order or on the number
  /// of threads.
  /// - Throws: When an example is NaN or infinite, or does not have the shape that the scorer was fitted to.
  func score(_ x: Examples) throws -> [Double]
}
