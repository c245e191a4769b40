/// Why a likelihood experiment can't run.
public enum LikelihoodExperimentError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidSettings(String)
  /// A set has fewer images than are asked for.
  case tooFewImages(set: String, found: Int, needed: Int)
  /// A set's images have another shape than the training images.
  case unexpectedShape(set: String, found: [Int], expected: [Int])

  public var description: String {
    switch self {
    case .invalidSettings(let problem): "The experiment can't run so: \(problem)."
    case .tooFewImages(let set, let found, let needed):
      "\(set) has \(found) images, and \(needed) are needed; ask for fewer."
    case .unexpectedShape(let set, let found, let expected):
      "The examples of \(set) have the shape \(found), and the experiment needs images of shape \(expected)."
    }
  }
}
