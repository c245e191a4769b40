/// Why an outlier generation experiment can't run.
public enum OutlierGenerationExperimentError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidSettings(String)
  /// A set without labels where classes are needed, or with fewer than two classes.
  case noClasses(set: String)
  case tooFewImages(set: String, found: Int, needed: Int)
  case unexpectedShape(set: String, found: [Int], expected: String)
  /// The folder holds results of other settings or images.
  case otherResults(folder: String, what: String)

  public var description: String {
    switch self {
    case .invalidSettings(let problem): "The experiment can't run: \(problem)."
    case .noClasses(let set):
      "\(set) has no labels of at least two classes, and the classifiers learn classes."
    case .tooFewImages(let set, let found, let needed):
      "\(set) has \(found) images, and \(needed) are needed; lower the counts."
    case .unexpectedShape(let set, let found, let expected):
      "The examples of \(set) have the shape \(found), and \(expected) are needed."
    case .otherResults(let folder, let what):
      "\(folder) holds results of another run: \(what) differs. Take another folder, or remove that one."
    }
  }
}
