import GenModels

/// Why a measure of a generative model does not exist for what was given. Positions, rows and columns count
/// from 0.
public enum MeasureError: Error, Sendable, Hashable {
  /// A set of examples with fewer members than the measure needs; `reason` ends a sentence ("for a
  /// covariance").
  case tooFewExamples(set: String, found: Int, needed: Int, reason: String)
  /// A number of a set that is NaN or infinite.
  case notFinite(set: String, position: Int, value: String)
  /// There is no control set to compare with.
  case noControlSets
  /// Two control sets of one name.
  case repeatedName(String)
  /// A control set that was not given.
  case unknownControlSet(name: String, known: [String])
  /// There is not one label for each example.
  case labelCount(examples: Int, labels: Int)
  /// Two sets whose examples have different numbers of features.
  case differentWidths(first: String, firstColumns: Int, second: String, secondColumns: Int)
  /// A row that is no distribution over classes: `found` is what is wrong with it.
  case notProbabilities(row: Int, found: String)
  /// A covariance with an eigenvalue that is below 0 by more than rounding.
  case notPositiveSemidefinite(set: String, eigenvalue: String)
  /// A setting that is outside its range.
  case outOfRange(name: String, value: String, expected: String)
}

extension MeasureError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewExamples(let set, let found, let needed, let reason):
      "The set \"\(set)\" has \(found) examples, and at least \(needed) are needed \(reason)."
    case .notFinite(let set, let position, let value):
      "The set \"\(set)\" has \(value) at position \(position) (counted from 0), and measures need finite numbers; "
        + "a model that gives it has diverged, or was given such an example."
    case .noControlSets:
      "There is no control set; out-of-class reconstruction is measured on at least one."
    case .repeatedName(let name):
      "Two control sets have the name \"\(name)\"; each needs one of its own."
    case .unknownControlSet(let name, let known):
      "There is no control set \"\(name)\"; there are \(known.map { "\"\($0)\"" }.joined(separator: ", "))."
    case .labelCount(let examples, let labels):
      "There are \(examples) examples and \(labels) labels; each example needs one."
    case .differentWidths(let first, let firstColumns, let second, let secondColumns):
      "The set \"\(first)\" has \(firstColumns) features and the set \"\(second)\" \(secondColumns); "
        + "they can only be compared in the same features."
    case .notProbabilities(let row, let found):
      "Row \(row) (counted from 0) is not a distribution over classes: \(found). Give the classifier's probabilities, "
        + "not its logits."
    case .notPositiveSemidefinite(let set, let eigenvalue):
      "The covariance of the set \"\(set)\" has the eigenvalue \(eigenvalue), and a covariance has none below 0."
    case .outOfRange(let name, let value, let expected):
      "The \(name) is \(value), and it must be \(expected)."
    }
  }
}

/// Checks that all numbers of a set are finite.
func requireFinite(_ numbers: [Double], set: String) throws(MeasureError) {
  if let position = numbers.firstIndex(where: { !$0.isFinite }) {
    throw .notFinite(set: set, position: position, value: "\(numbers[position])")
  }
}

/// Checks that a confidence level lies between 0 and 1.
func requireConfidence(_ level: Double) throws(MeasureError) {
  guard level > 0 && level < 1 else {
    throw .outOfRange(name: "confidence level", value: "\(level)", expected: "between 0 and 1")
  }
}
