import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A classifier that refuses what it is not sure of: "unknown" where the largest probability is below τ (C. K. Chow, 1970; D. Hendrycks
/// and K. Gimpel, 2017).
///
/// ```swift
/// let careful = try ThresholdedSoftmax(classifier, leastProbability: 0.99)
/// ```
///
/// The score is −maxₖ pₖ, as that of `MaximumSoftmaxProbability`. With one class nothing is refused, for its probability is 1.
public struct ThresholdedSoftmax: OpenSetClassifier, UnfittedPostHocScorer {
  public static let kind = "thresholded-softmax"
  public static let summary = "the largest probability, with a threshold (Hendrycks, Gimpel 2017)"
  public static let defaultSettings = Settings()

  public struct Settings: Codable, Hashable, Sendable {
    /// τ, between 0 and 1.
    public var leastProbability: Double

    public init(leastProbability: Double = 0.9) { self.leastProbability = leastProbability }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings

  /// - Throws: `ClassifierScoreError.invalidSetting` for a threshold that is no probability.
  public init(_ classifier: some Classifier, leastProbability: Double = 0.9) throws {
    try self.init(AnyClassifier(classifier), settings: Settings(leastProbability: leastProbability))
  }

  public init(_ classifier: AnyClassifier, settings: Settings) throws {
    try requireProbability(settings.leastProbability, "leastProbability")
    self.classifier = classifier
    configuration = settings
  }

  public var classCount: Int { classifier.classCount }

  public func decide(checked x: Tensor) throws -> [OpenSetDecision] {
    let logits = try classifier.finiteLogits(x)
    let labels = logits.positionOfMaximum(axis: 1).elements
    let largest = logits.mapRows { exp(LogitRow($0).logProbabilities.max()!) }
    return zip(labels, largest).map { label, probability in
      OpenSetDecision(
        nearestClass: label, isUnknown: probability < configuration.leastProbability, score: -probability)
    }
  }
}

/// Throws unless a setting is a probability.
func requireProbability(_ value: Double, _ name: String) throws(ClassifierScoreError) {
  guard value >= 0, value <= 1 else {
    throw .invalidSetting(name: name, value: "\(value)", expected: "between 0 and 1")
  }
}
