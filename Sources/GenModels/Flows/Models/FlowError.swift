/// Why a flow gave no density, or could not be trained.
public enum FlowError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Examples are counted from 0, features in row-major order.
  case notFinite(example: Int, feature: Int, value: Float)
  /// The shapes of one example.
  case unexpectedShape(found: Shape, expected: Shape)
  /// An example where the flow's density is not defined: outside what a logit takes.
  case outsideSupport(example: Int, feature: Int, value: Float, support: ClosedRange<Float>)
  /// The flow has a parameter that is NaN or infinite, as after a training that went astray.
  case overflow(example: Int)
  case labelsMissing(classes: Int)
  case labelOutOfRange(example: Int, label: Int, classes: Int)
  case labelCountDiffers(examples: Int, labels: Int)
  case noClasses

  public var description: String {
    switch self {
    case .notFinite(let example, let feature, let value):
      "Feature \(feature) of example \(example) is \(value); a density needs finite numbers."
    case .unexpectedShape(let found, let expected):
      "This flow takes examples of shape \(expected), and these have the shape \(found)."
    case .outsideSupport(let example, let feature, let value, let support):
      """
      Feature \(feature) of example \(example) is \(value); this flow's density is defined between \(support.lowerBound) and \
      \(support.upperBound).
      """
    case .overflow(let example):
      "Example \(example) has no density: a parameter of the flow is NaN or infinite, as after a training that went astray."
    case .labelsMissing(let classes):
      "This flow is trained on examples of \(classes) classes, and no labels were given."
    case .labelOutOfRange(let example, let label, let classes):
      "Example \(example) has the label \(label), and this flow has the classes 0 to \(classes - 1)."
    case .labelCountDiffers(let examples, let labels):
      "There are \(examples) examples and \(labels) labels; each example needs one."
    case .noClasses:
      "Labels were given, and this flow is not class-conditional."
    }
  }
}
