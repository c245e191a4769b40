import GenModels

/// A score of a classifier that was trained already: nothing of the classifier changes. **Higher means more out-of-distribution**,
/// also where the paper's score has the other sign.
///
/// ```swift
/// let scorer = try EnergyScore(classifier)                                      // from the logits
/// let fitted = try ViM(classifier, fitting: trainingImages)                     // from features, fitted to training examples
/// let type = catalogue.types["odin"] as? any PostHocScorer.Type                 // of any kind, as the tool does
/// ```
///
/// Whatever overflows on the way to a score (logits or features that are not finite) is refused with `ExampleError.overflow`.
public protocol PostHocScorer: OODScorer, Model where Examples == Tensor {
  /// A few words for lists of scores.
  static var summary: String { get }

  /// The settings of the paper.
  static var defaultSettings: Configuration { get }

  /// What it is fitted to.
  static var fitting: PostHocFitting { get }

  /// The classifier that is scored.
  var classifier: AnyClassifier { get }

  /// The score of a classifier, fitted where it is one that is.
  /// - Throws: `ClassifierScoreError` for settings that can't be, a classifier that lacks what the score needs, and where examples
  ///   or labels that it is fitted to are missing or too few; `ExampleError` for examples that are none of the classifier's.
  static func fitted(
    to classifier: AnyClassifier, settings: Configuration, examples: Tensor?, labels: Indexes?
  ) throws -> Self
}

/// What a post-hoc score is fitted to.
public enum PostHocFitting: String, Sendable, Hashable {
  /// Nothing: the classifier is all it needs.
  case nothing
  /// Training examples.
  case examples
  /// Training examples with their labels.
  case labelledExamples
}

extension PostHocScorer {
  /// The shape of one example: the classifier's.
  public var exampleShape: Shape { classifier.exampleShape }

  public func check(_ x: Tensor) throws(ExampleError) { try classifier.check(x) }

  /// The examples that a fit needs, or the error that says so.
  static func required(_ examples: Tensor?) throws(ClassifierScoreError) -> Tensor {
    guard let examples else { throw .examplesMissing(score: kind) }
    return examples
  }

  /// The labels that a fit needs, or the error that says so.
  static func required(_ labels: Indexes?) throws(ClassifierScoreError) -> Indexes {
    guard let labels else { throw .labelsMissing(score: kind) }
    return labels
  }
}

/// A post-hoc score that is fitted to nothing: a classifier and settings are all there is of it.
public protocol UnfittedPostHocScorer: PostHocScorer {
  /// - Throws: `ClassifierScoreError` for settings that can't be and a classifier that lacks what the score needs.
  init(_ classifier: AnyClassifier, settings: Configuration) throws
}

extension UnfittedPostHocScorer {
  public static var fitting: PostHocFitting { .nothing }

  public static func fitted(
    to classifier: AnyClassifier, settings: Configuration, examples: Tensor?, labels: Indexes?
  ) throws -> Self { try Self(classifier, settings: settings) }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("classifier", classifier) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let classifier = try archive.part("classifier", as: AnyClassifier.self)
    self = try archive.makingSense { try Self(classifier, settings: settings) }
  }
}

extension ModelArchive {
  /// What a file's settings make; settings that make nothing are the file's fault.
  func makingSense<Made>(_ make: () throws -> Made) throws -> Made {
    do { return try make() } catch let error as ClassifierScoreError {
      throw ModelFileError.malformed(reason: "\(error)")
    }
  }
}

/// A post-hoc score of the logits alone.
public protocol LogitScorer: PostHocScorer {
  /// The score of each row of logits `[examples, classes]`, which are finite: what `score(logits:)` calls.
  func score(checkedLogits logits: Tensor) throws -> [Double]
}

extension LogitScorer {
  /// The score of each row of logits `[examples, classes]`, wherever they come from.
  /// - Throws: `ExampleError` for another number of classes, NaN or infinities.
  public func score(logits: Tensor) throws -> [Double] {
    try logits.requireExamples(of: [classifier.classCount])
    return logits.exampleCount == 0 ? [] : try score(checkedLogits: logits)
  }

  public func score(checked x: Tensor) throws -> [Double] {
    try score(checkedLogits: classifier.finiteLogits(x))
  }
}

/// A post-hoc score of the features that the last layer reads (and of the logits, where that layer is linear).
public protocol FeatureScorer: PostHocScorer {
  /// Number of features.
  var featureCount: Int { get }

  /// The score of each row of features `[examples, features]`, which are finite: what `score(features:)` calls.
  func score(checkedFeatures features: Tensor) throws -> [Double]
}

extension FeatureScorer {
  /// The score of each row of features `[examples, features]`, wherever they come from.
  /// - Throws: `ExampleError` for another number of features, NaN or infinities.
  public func score(features: Tensor) throws -> [Double] {
    try features.requireExamples(of: [featureCount])
    return features.exampleCount == 0 ? [] : try score(checkedFeatures: features)
  }

  public func score(checked x: Tensor) throws -> [Double] {
    try score(checkedFeatures: classifier.finiteFeatures(x))
  }
}

extension AnyClassifier {
  /// The logits of checked examples.
  /// - Throws: `ExampleError.overflow` where one is not finite.
  func finiteLogits(_ x: Tensor) throws -> Tensor { try logits(checked: x).withoutOverflow() }

  /// The features of checked examples.
  /// - Throws: `ExampleError.overflow` where one is not finite.
  func finiteFeatures(_ x: Tensor) throws -> Tensor { try features(checked: x).withoutOverflow() }

  /// The last layer, for a score that reads it.
  func requiredHead(for score: String) throws(ClassifierScoreError) -> LinearHead {
    guard let linearHead else { throw .noLinearHead(score: score) }
    return linearHead
  }

  /// Features of training examples, which must be there.
  /// - Throws: `ExampleError`; `ClassifierScoreError.tooFew` for an empty set.
  func trainingFeatures(_ x: Tensor, needed: Int = 1) throws -> Tensor {
    try check(x)
    guard x.exampleCount >= needed else {
      throw ClassifierScoreError.tooFew(what: "training examples", found: x.exampleCount, needed: needed)
    }
    return try finiteFeatures(x)
  }
}

extension Tensor {
  /// This batch, once all is finite: examples were, so what is not overflowed on the way.
  func withoutOverflow() throws(ExampleError) -> Tensor {
    guard let position = withUnsafeElements({ $0.firstIndex { !$0.isFinite } }) else { return self }
    throw .overflow(example: position / max(1, count / max(1, exampleCount)))
  }

  /// One number for each row of a tensor of rank 2.
  func mapRows(_ body: (UnsafeBufferPointer<Float>) -> Double) -> [Double] {
    let width = shape[1]
    return withUnsafeElements { elements in
      (0..<shape[0]).map { body(UnsafeBufferPointer(rebasing: elements[$0 * width..<($0 + 1) * width])) }
    }
  }

  /// The rows of a tensor of rank 2 at these positions.
  func rows(at positions: [Int]) -> Tensor { rows(Indexes(positions)) }
}
