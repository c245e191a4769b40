/// A scorer that says which features make an example's score.
public protocol ExplainableScorer<Examples>: OODScorer {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// The contribution of each feature to the score of each example, of the batch's shape: for a table, row i
  /// holds the contributions to the score of row i, in the scorer's units. **Higher means more
  /// out-of-distribution**, as for scores.
  ///
  /// It works on new examples as on those fitted, and like a score it depends on nothing else in the batch.
  /// What the contributions of a row amount to is stated by `contributionRule`. The examples are checked: this is
  /// what `contributions(_:)` calls.
  func contributions(checked x: Examples) throws -> Examples

  /// How the contributions of an example make its score.
  var contributionRule: ContributionRule { get }
}

extension ExplainableScorer {
  /// The contribution of each feature to the score of each example, of the batch's shape.
  /// - Throws: As `score` does.
  public func contributions(_ x: Examples) throws -> Examples {
    try check(x)
    return try contributions(checked: x)
  }
}

/// How the contributions of an example's features make its score.
public enum ContributionRule: String, Sendable, Hashable, Codable {
  /// The score is their sum, to rounding.
  case sum
  /// The score is their mean, to rounding.
  case mean
  /// The score is the largest of them.
  case maximum
  /// The score is not a function of them; they rank the features, and each one's docs say how.
  case ranking
}
