import GenModels

/// Data that a transform can't be fitted to or applied to.
public enum TransformError: Error, Equatable, CustomStringConvertible {
  /// There is nothing to fit to.
  case noExamples(Shape)
  /// A value is NaN or infinite; features are counted through an example.
  case notFinite(example: Int, feature: Int)
  /// A value lies outside of what the transform takes.
  case outside(example: Int, feature: Int, value: Float, expected: String)

  public var description: String {
    switch self {
    case .noExamples(let shape):
      "A transform is fitted to at least one example, and data of the shape \(shape) hold none."
    case .notFinite(let example, let feature):
      "Feature \(feature) of example \(example) is not finite; repair the value or leave the example out."
    case .outside(let example, let feature, let value, let expected):
      "Feature \(feature) of example \(example) is \(value), and this transform takes \(expected)."
    }
  }
}
