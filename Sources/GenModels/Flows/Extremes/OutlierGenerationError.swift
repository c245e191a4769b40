/// Why no outliers can be made.
public enum OutlierGenerationError: Error, Sendable, Hashable {
  /// Radii are those of a Gaussian, and the flow's base is another distribution.
  case baseIsNotGaussian(base: String)
  /// A number that gives no radius; `law` says what it is.
  case invalidRadius(law: String, value: Double, least: Double)
  /// The flow can't be turned round there: numbers overflowed.
  case overflow(draw: Int, radius: Double)
  /// A setting that can't be.
  case invalidSetting(name: String, value: String, expected: String)
  /// A generator that works from examples has too few.
  case tooFewExamples(found: Int, needed: Int, reason: String)
}

extension OutlierGenerationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .baseIsNotGaussian(let base):
      """
      Radii are measured in a Gaussian base, and this flow's base is \(base); train a flow with a standard normal base or class \
      Gaussians.
      """
    case .invalidRadius(let law, let value, let least):
      "\(value) is no \(law.hasPrefix("a ") ? String(law.dropFirst(2)) : law): it must be finite and above \(least)."
    case .overflow(let draw, let radius):
      """
      Draw \(draw) (counted from 0) at radius \(radius) has no example: numbers overflow on the way back through the flow. Draw \
      nearer to the middle.
      """
    case .invalidSetting(let name, let value, let expected):
      "The setting \(name) is \(value), and it must be \(expected)."
    case .tooFewExamples(let found, let needed, let reason):
      "There are \(found) examples, and at least \(needed) are needed \(reason)."
    }
  }
}
