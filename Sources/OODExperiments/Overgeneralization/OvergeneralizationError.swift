/// Why an overgeneralization experiment can't run.
public enum OvergeneralizationError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidSettings(String)
  /// A set has fewer images than are asked for.
  case tooFewImages(set: String, found: Int, needed: Int)
  /// A set's images have another shape than the training images.
  case unexpectedShape(set: String, found: [Int], expected: [Int])
  /// A set to train or test classifiers on has no labels.
  case noLabels(set: String)
  /// A class of the training set without an image.
  case emptyClass(set: String, label: Int)
  /// A test label that is no class of the training set.
  case unknownLabel(set: String, label: Int, classes: Int)

  public var description: String {
    switch self {
    case .invalidSettings(let problem): "The experiment can't run so: \(problem)."
    case .tooFewImages(let set, let found, let needed):
      "\(set) has \(found) images, and \(needed) are needed; ask for fewer."
    case .unexpectedShape(let set, let found, let expected):
      "The examples of \(set) have the shape \(found), and the experiment needs images of shape \(expected)."
    case .noLabels(let set): "\(set) has no labels, and classifiers are trained and tested with them."
    case .emptyClass(let set, let label):
      "The class \(label) has no image among those of \(set) to train on; take more images, or number the classes from 0."
    case .unknownLabel(let set, let label, let classes):
      "\(set) has the label \(label), and the training images only the classes 0 to \(classes - 1)."
    }
  }
}
