import GenModels

/// Why a metric does not exist for the scores given.
public enum MetricError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no out-of-distribution example among the labels.
  case noOutOfDistributionExamples(count: Int)
  /// There is no in-distribution example among the labels.
  case noInDistributionExamples(count: Int)
  /// There is not one label for each score.
  case labelCount(scores: Int, labels: Int)
  /// A score is NaN, at this position.
  case notFinite(position: Int)
  /// A level, share or count that is outside its range.
  case outOfRange(name: String, value: String, expected: String)

  public var description: String {
    switch self {
    case .noOutOfDistributionExamples(let count):
      "None of the \(count) examples is labelled out-of-distribution; the metric compares two classes."
    case .noInDistributionExamples(let count):
      "None of the \(count) examples is labelled in-distribution; the metric compares two classes."
    case .labelCount(let scores, let labels):
      "There are \(scores) scores and \(labels) labels; each score needs one."
    case .notFinite(let position):
      "The score at position \(position) (counted from 0) is NaN, so it has no rank."
    case .outOfRange(let name, let value, let expected):
      "The \(name) is \(value), and it must be \(expected)."
    }
  }
}
