import GenModels

/// Why there is no score of a classifier.
public enum ClassifierScoreError: Error, Sendable, Hashable {
  /// A setting that can't be.
  case invalidSetting(name: String, value: String, expected: String)
  /// The score reads the last layer's weights, and the classifier does not end in an affine layer.
  case noLinearHead(score: String)
  /// The score needs gradients, and the classifier has none.
  case notDifferentiable(score: String)
  /// The score is fitted, and there was nothing to fit it to.
  case examplesMissing(score: String)
  /// The score is fitted to classes, and there were no labels.
  case labelsMissing(score: String)
  /// A class has fewer examples than the fit needs; `examples` says of what sort.
  case tooFewOfClass(Int, found: Int, needed: Int, examples: String)
  /// There are too few of something to estimate from.
  case tooFew(what: String, found: Int, needed: Int)
  /// What is fitted to these examples has no spread, so that the fit does not exist.
  case noSpread(what: String)
  /// Two members of an ensemble that must answer about the same.
  case differentClassifiers(what: String, first: String, second: String)

  public static func == (a: ClassifierScoreError, b: ClassifierScoreError) -> Bool {
    a.description == b.description
  }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension ClassifierScoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidSetting(let name, let value, let expected):
      "The setting \(name) is \(value), and it must be \(expected)."
    case .noLinearHead(let score):
      "The score \(score) reads the weights of the last layer, and this classifier does not end in a fully connected layer "
        + "without an activation; use a score of logits (energy, maximum-logit)."
    case .notDifferentiable(let score):
      "The score \(score) needs the gradient by the example, and this classifier has none; use a score of logits."
    case .examplesMissing(let score): "The score \(score) is fitted to training examples: give some."
    case .labelsMissing(let score):
      "The score \(score) is fitted to the classes of training examples: give their labels."
    case .tooFewOfClass(let label, let found, let needed, let examples):
      "Class \(label) has \(found) \(examples), and at least \(needed) \(needed == 1 ? "is" : "are") needed; "
        + "give more, or train the classifier without that class."
    case .tooFew(let what, let found, let needed):
      "There are \(found) \(what), and at least \(needed) are needed."
    case .noSpread(let what):
      "\(what) are all equal, so nothing can be fitted to them; give examples that differ."
    case .differentClassifiers(let what, let first, let second):
      "One classifier has \(what) \(first) and another \(second); members of an ensemble must have the same."
    }
  }
}

/// Throws unless a setting is a finite number above 0.
func requirePositive(_ value: Double, _ name: String) throws(ClassifierScoreError) {
  guard value > 0, value.isFinite else {
    throw .invalidSetting(name: name, value: "\(value)", expected: "above 0 and finite")
  }
}

/// Throws unless a setting is a share of a whole, less than all of it.
func requireShare(_ value: Double, _ name: String) throws(ClassifierScoreError) {
  guard value >= 0, value < 1 else {
    throw .invalidSetting(name: name, value: "\(value)", expected: "at least 0 and below 1")
  }
}
