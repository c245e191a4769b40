/// Why a model has no answer for a batch: the one error of everything that takes examples.
///
/// Examples are counted from 0, features in row-major order.
public enum ExampleError: Error, Sendable, Hashable {
  /// The batch is a scalar: it has no axis that counts examples.
  case noExampleAxis
  /// Another shape than the model's; both are those of one example.
  case unexpectedShape(found: Shape, expected: Shape)
  case notFinite(example: Int, feature: Int, value: Double)
  /// As `notFinite`, in a time step of a sequence.
  case notFiniteStep(example: Int, step: Int, feature: Int, value: Double)
  /// A sequence without a time step.
  case emptySequence(example: Int)
  /// A document without a word: a row of counts that are all 0.
  case emptyDocument(example: Int)
  /// A number for which the model's answer is not defined.
  case outsideSupport(example: Int, feature: Int, value: Double, support: ClosedRange<Double>)
  /// A number that is none of the levels that the model is a distribution over, k / (levels − 1).
  case betweenLevels(example: Int, feature: Int, value: Double, levels: Int)
  /// An example in which every number is missing.
  case allMissing(example: Int)
  /// A flag or a symbol of a sequence's step that is none of 0 ..< symbols.
  case noSymbol(example: Int, step: Int, value: Double, symbols: Int)
  /// A sequence of more steps than the model can see.
  case tooLong(example: Int, steps: Int, most: Int)
  /// Numbers overflowed on the way to the answer.
  case overflow(example: Int)
  /// A table that lacks columns of the model's, or has others.
  case unexpectedColumns(missing: [String], unknown: [String])
  /// A model of classes was trained or asked without labels.
  case labelsMissing(classes: Int)
  case labelOutOfRange(example: Int, label: Int, classes: Int)
  case labelCountDiffers(examples: Int, labels: Int)
  /// Labels for a model that knows no classes.
  case noClasses

  public static func == (a: ExampleError, b: ExampleError) -> Bool { a.description == b.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension ExampleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noExampleAxis:
      "A batch has an axis that counts examples, and this is a single number; add the axis, even for one example."
    case .unexpectedShape(let found, let expected) where found.rank == 1 && expected.rank == 1:
      "The examples have \(found[0]) features (columns of a table), and the model was made for \(expected[0])."
    case .unexpectedShape(let found, let expected):
      "The examples have the shape \(found), and the model was made for examples of shape \(expected)."
    case .notFinite(let example, let feature, let value):
      """
      Feature \(feature) of example \(example) (column and row of a table, counted from 0) is \(value); remove the example \
      or fill the gap first.
      """
    case .notFiniteStep(let example, let step, let feature, let value):
      """
      Feature \(feature) in step \(step) of sequence \(example) (counted from 0) is \(value); remove the sequence or fill the \
      gap first.
      """
    case .emptySequence(let example):
      "Sequence \(example) (counted from 0) has no time step; remove it."
    case .emptyDocument(let example):
      "Document \(example) (a row of the table, counted from 0) has no word: all its counts are 0; remove it."
    case .outsideSupport(let example, let feature, let value, let support):
      """
      Feature \(feature) of example \(example) (counted from 0) is \(value), and this model is defined between \
      \(support.lowerBound) and \(support.upperBound).
      """
    case .betweenLevels(let example, let feature, let value, let levels):
      """
      Feature \(feature) of example \(example) (counted from 0) is \(value), and this model gives probabilities to \(levels) levels \
      alone, k / \(levels - 1) for k from 0 to \(levels - 1)\(levels == 2 ? "; binarize the examples first" : "; round them first").
      """
    case .allMissing(let example):
      "Example \(example) (a row of the table, counted from 0) has no number at all; remove it."
    case .noSymbol(let example, let step, let value, let symbols):
      """
      Step \(step) of sequence \(example) (counted from 0) has \(value) where one of \(symbols) symbols belongs, a whole number from 0 to \
      \(symbols - 1).
      """
    case .tooLong(let example, let steps, let most):
      "Sequence \(example) (counted from 0) has \(steps) steps, and this model takes at most \(most); cut it."
    case .overflow(let example):
      "Example \(example) (counted from 0) lies so far out that numbers overflow on the way to the answer."
    case .unexpectedColumns(let missing, let unknown):
      (missing.isEmpty
        ? ""
        : "The table lacks the column\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", ")). ")
        + (unknown.isEmpty
          ? ""
          : "The model knows no column\(unknown.count == 1 ? "" : "s") \(unknown.joined(separator: ", ")). ")
        + "Give the columns that the model was fitted to."
    case .labelsMissing(let classes):
      "The model knows \(classes) classes, and no labels were given."
    case .labelOutOfRange(let example, let label, let classes):
      "Example \(example) has the label \(label), and the model has the classes 0 to \(classes - 1)."
    case .labelCountDiffers(let examples, let labels):
      "There are \(examples) examples and \(labels) labels; each example needs one."
    case .noClasses: "Labels were given, and the model knows no classes."
    }
  }
}
