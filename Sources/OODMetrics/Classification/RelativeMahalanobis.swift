import GenModels
import OODDetectors

/// The Mahalanobis distance from the nearest class, less that from all training examples together (J. Ren, S. Fort, J. Liu,
/// A. G. Roy, S. Padhy and B. Lakshminarayanan, 2021):
///
///     score(x) = minₖ MDₖ(f(x)) − MD₀(f(x)),
///
/// MDₖ as in `FeatureMahalanobis`, MD₀ with the mean and covariance of all features. Better than MDₖ alone where unknown examples lie
/// near. Far away the difference of the two tends to grow more slowly than either. Cost: as `FeatureMahalanobis`.
public struct RelativeMahalanobis: FeatureScorer {
  public static let kind = "relative-mahalanobis"
  public static let summary = "distance from the nearest class less that from all (Ren et al. 2021)"
  public static let defaultSettings = EmptyConfiguration()
  public static let fitting = PostHocFitting.labelledExamples

  public let classifier: AnyClassifier
  private let distances: ClassDistances
  private let background: Mahalanobis

  /// - Throws: As `FeatureMahalanobis`.
  public init(_ classifier: some Classifier, fitting x: Tensor, labels: Indexes) throws {
    self.classifier = AnyClassifier(classifier)
    let classes = try ClassFeatures(self.classifier, x, labels)
    distances = try ClassDistances(fitting: classes)
    background = try Mahalanobis(fitting: classes.features)
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: EmptyConfiguration, examples: Tensor?, labels: Indexes?
  ) throws -> RelativeMahalanobis {
    try RelativeMahalanobis(classifier, fitting: required(examples), labels: required(labels))
  }

  public var featureCount: Int { distances.means.columns }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    let features = Matrix(features)
    return zip(try distances.least(features), try background.score(features)).map { $0 - $1 }
  }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("classifier", classifier)
    try archive.setPart("background", background)
    try distances.encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    classifier = try archive.part("classifier", as: AnyClassifier.self)
    distances = try ClassDistances(from: archive, classes: classifier.classCount)
    background = try archive.part("background", as: Mahalanobis.self)
    guard background.featureCount == distances.means.columns else {
      throw ModelFileError.malformed(
        reason: "covariances of \(background.featureCount) and \(distances.means.columns) features")
    }
  }
}
