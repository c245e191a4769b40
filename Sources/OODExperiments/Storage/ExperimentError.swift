/// Why an experiment can't run.
public enum ExperimentError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidSettings(String)
  /// A part of the experiment that there is not, as a density family or a toy.
  case unknown(String, known: [String])
  /// A set has fewer images than are asked for.
  case tooFewImages(set: String, found: Int, needed: Int)
  /// A set's examples have another shape than the training images, or than the experiment can take.
  case unexpectedShape(set: String, found: [Int], expected: String)
  /// A set to train or test classifiers on has no labels.
  case noLabels(set: String)
  /// A set without labels where classes are needed, or with fewer than two classes.
  case noClasses(set: String)
  /// A class of the training set without an image.
  case emptyClass(set: String, label: Int)
  /// A test label that is no class of the training set.
  case unknownLabel(set: String, label: Int, classes: Int)
  /// The folder holds results of other settings or images.
  case otherResults(folder: String, what: String)
  /// No worker has listed an experiment's tasks in the folder.
  case noTasks(folder: String)

  public var description: String {
    switch self {
    case .invalidSettings(let problem): "The experiment can't run so: \(problem)."
    case .unknown(let name, let known):
      "There is no \(name) here; there are \(known.joined(separator: "; "))."
    case .tooFewImages(let set, let found, let needed):
      "\(set) has \(found) images, and \(needed) are needed; ask for fewer."
    case .unexpectedShape(let set, let found, let expected):
      "The examples of \(set) have the shape \(found), and the experiment needs \(expected)."
    case .noLabels(let set): "\(set) has no labels, and classifiers are trained and tested with them."
    case .noClasses(let set):
      "\(set) has no labels of at least two classes, and the classifiers learn classes."
    case .emptyClass(let set, let label):
      "The class \(label) has no image among those of \(set) to train on; take more images, or number the classes from 0."
    case .unknownLabel(let set, let label, let classes):
      "\(set) has the label \(label), and the training images only the classes 0 to \(classes - 1)."
    case .otherResults(let folder, let what):
      "\(folder) holds results of another run: \(what) differs. Take another folder, or remove that one."
    case .noTasks(let folder):
      "\(folder) holds no tasks of an experiment: give the --out of a run that has begun."
    }
  }
}
