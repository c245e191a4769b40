import GenModels
import OODDetectors

/// Rectified activations (Y. Sun, C. Guo and Y. Li, 2021): the energy of the logits of features that are cut off at c, for unknown
/// examples have a few that are far too large:
///
///     score(x) = −ln Σₖ exp z̄ₖ,   z̄ = Wᵀ min(f(x), c) + b,
///
/// c the `percentile` (0.9 in the paper) of all features of all training examples. Cost: one pass through the classifier.
public struct ReAct: FeatureScorer {
  public static let kind = "react"
  public static let summary = "energy after cutting off large features (Sun et al. 2021)"
  public static let defaultSettings = Settings()
  public static let fitting = PostHocFitting.examples

  public struct Settings: Codable, Hashable, Sendable {
    /// The share of training features that are not cut off, at least 0 and below 1.
    public var percentile: Double

    public init(percentile: Double = 0.9) { self.percentile = percentile }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  /// c.
  public let limit: Double
  private let head: LinearHead

  /// - Throws: `ExampleError` for examples of another shape; `ClassifierScoreError` for a classifier without a linear last layer, a
  ///   percentile out of range, and no examples.
  public init(_ classifier: some Classifier, fitting x: Tensor, percentile: Double = 0.9) throws {
    try requireShare(percentile, "percentile")
    self.classifier = AnyClassifier(classifier)
    configuration = Settings(percentile: percentile)
    head = try self.classifier.requiredHead(for: Self.kind)
    limit = try self.classifier.trainingFeatures(x).quantile(percentile)
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: Settings, examples: Tensor?, labels: Indexes?
  ) throws -> ReAct { try ReAct(classifier, fitting: required(examples), percentile: settings.percentile) }

  public var featureCount: Int { head.featureCount }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    let cut = features.minimum(with: Tensor([Float(limit)]))
    return EnergyScore.energies(of: try head.logits(cut).withoutOverflow())
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["limit"] = .float64([limit], shape: [1])
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    configuration = try archive.configuration(as: Settings.self)
    let classifier = try archive.part("classifier", as: AnyClassifier.self)
    self.classifier = classifier
    head = try archive.makingSense { try classifier.requiredHead(for: Self.kind) }
    limit = try archive.finiteDoubles("limit", shape: [1])[0]
  }
}

extension Tensor {
  /// The quantile of all elements, of which there is one.
  func quantile(_ level: Double) -> Double {
    var numbers = withUnsafeElements { $0.map(Double.init) }
    numbers.withUnsafeMutableBufferPointer { $0.sortAscending() }
    return Quantiles.interpolated(sorted: numbers, level: level)
  }
}
