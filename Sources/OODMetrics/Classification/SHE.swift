import GenModels

/// The simplified Hopfield energy (J. Zhang, Q. Fu, X. Chen, L. Du, Z. Li, G. Wang, X. Liu, S. Han and D. Zhang, 2023): how well the
/// features match the stored pattern of the predicted class,
///
///     score(x) = −⟨f(x), S_ŷ⟩,   Sₖ the mean features of the training examples of class k that are classified rightly.
///
/// Cost: one pass through the classifier.
public struct SHE: FeatureScorer {
  public static let kind = "she"
  public static let summary = "inner product with the predicted class's pattern (Zhang et al. 2023)"
  public static let defaultSettings = EmptyConfiguration()
  public static let fitting = PostHocFitting.labelledExamples

  public let classifier: AnyClassifier
  /// Sₖ, a row a class.
  public let patterns: Matrix
  private let head: LinearHead

  /// - Throws: `ExampleError` for examples of another shape and labels that are no classes; `ClassifierScoreError` for a classifier
  ///   without a linear last layer, and for a class of which no example is classified rightly.
  public init(_ classifier: some Classifier, fitting x: Tensor, labels: Indexes) throws {
    self.classifier = AnyClassifier(classifier)
    head = try self.classifier.requiredHead(for: Self.kind)
    try labels.requireLabels(classes: classifier.classCount, examples: x.exampleCount)
    let features = try self.classifier.trainingFeatures(x)
    let predicted = head.logits(features).positionOfMaximum(axis: 1).elements
    let truth = labels.elements
    let right = predicted.indices.filter { predicted[$0] == truth[$0] }
    patterns = try ClassFeatures(
      Matrix(features.rows(at: right)), right.map { truth[$0] }, classes: classifier.classCount,
      of: "training examples that are classified rightly"
    ).means
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: EmptyConfiguration, examples: Tensor?, labels: Indexes?
  ) throws -> SHE { try SHE(classifier, fitting: required(examples), labels: required(labels)) }

  public var featureCount: Int { head.featureCount }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    let predicted = try head.logits(features).withoutOverflow().positionOfMaximum(axis: 1).elements
    var number = 0
    return features.mapRows { row in
      defer { number += 1 }
      let first = predicted[number] * row.count
      return patterns.withUnsafeElements { patterns in
        -row.indices.reduce(0.0) { $0 + Double(row[$1]) * patterns[first + $1] }
      }
    }
  }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    archive["patterns"] = .float64(patterns.elements, shape: [patterns.rows, patterns.columns])
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    let classifier = try archive.part("classifier", as: AnyClassifier.self)
    self.classifier = classifier
    head = try archive.makingSense { try classifier.requiredHead(for: Self.kind) }
    patterns = try archive.finiteMatrix("patterns")
    guard patterns.rows == head.classCount, patterns.columns == head.featureCount else {
      throw ModelFileError.malformed(
        reason:
          "\(patterns.rows) patterns of \(patterns.columns) features where there are \(head.classCount) classes and "
          + "\(head.featureCount) features")
    }
  }
}
