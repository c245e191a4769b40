import GenModels
import OODDetectors

/// The Mahalanobis distance of the features from the nearest class (K. Lee, K. Lee, H. Lee and J. Shin, 2018):
///
///     score(x) = minₖ (f(x) − μₖ)ᵀ Σ⁻¹ (f(x) − μₖ),   Σ = (1/N) Σₙ (fₙ − μ_yₙ)(fₙ − μ_yₙ)ᵀ,
///
/// with the classes' means and one covariance for all, on the features before the last layer. The paper also steps the example
/// towards its class and combines layers, both tuned on outliers; this score knows none. Features that don't vary among training
/// examples count nothing (see `Mahalanobis`). Cost: one pass through the classifier and classes · d² multiply-adds.
public struct FeatureMahalanobis: FeatureScorer {
  public static let kind = "feature-mahalanobis"
  public static let summary = "distance of the features from the nearest class (Lee et al. 2018)"
  public static let defaultSettings = EmptyConfiguration()
  public static let fitting = PostHocFitting.labelledExamples

  public let classifier: AnyClassifier
  private let distances: ClassDistances

  /// μ of each class, a row each.
  public var means: Matrix { distances.means }

  /// - Throws: `ExampleError` for examples of another shape and labels that are no classes; `ClassifierScoreError` for a class
  ///   without examples; `TableError` for features that are all constant.
  public init(_ classifier: some Classifier, fitting x: Tensor, labels: Indexes) throws {
    self.classifier = AnyClassifier(classifier)
    distances = try ClassDistances(fitting: ClassFeatures(self.classifier, x, labels))
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: EmptyConfiguration, examples: Tensor?, labels: Indexes?
  ) throws -> FeatureMahalanobis {
    try FeatureMahalanobis(classifier, fitting: required(examples), labels: required(labels))
  }

  public var featureCount: Int { distances.means.columns }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    try distances.least(Matrix(features))
  }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("classifier", classifier)
    try distances.encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    classifier = try archive.part("classifier", as: AnyClassifier.self)
    distances = try ClassDistances(from: archive, classes: classifier.classCount)
  }
}
