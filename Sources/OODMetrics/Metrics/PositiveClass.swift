import GenModels

/// The class that a metric counts as "positive". Published results use both; the same detector has different
/// precision, and a different false positive rate at 95% true positives, for either.
public enum PositiveClass: String, Sendable, Hashable, Codable, CaseIterable {
  /// A true positive is an out-of-distribution example that is flagged; a false positive an in-distribution
  /// example that is.
  case outOfDistribution
  /// A true positive is an in-distribution example that is accepted; a false positive an out-of-distribution
  /// example that is.
  case inDistribution

  var other: PositiveClass { self == .outOfDistribution ? .inDistribution : .outOfDistribution }
}
