import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The length of the gradient by the last layer's weights (R. Huang, A. Geng and Y. Li, 2021), which is longer for known examples:
///
///     score(x) = −‖∂ KL(u ‖ softmax(z(x) / T)) / ∂W‖₁ = −‖f(x)‖₁ · Σₖ |pₖ − 1/classes| / T,   u uniform, T = 1 in the paper.
///
/// The gradient is an outer product, so nothing is differentiated. With one class it is 0 everywhere. Cost: one pass through the
/// classifier. (`GradientNorm` is a score of densities.)
public struct GradNorm: FeatureScorer, UnfittedPostHocScorer {
  public static let kind = "grad-norm"
  public static let summary = "length of the gradient by the last weights (Huang et al. 2021)"
  public static let defaultSettings = TemperatureSettings()

  public let classifier: AnyClassifier
  public let configuration: TemperatureSettings
  private let head: LinearHead

  /// - Throws: `ClassifierScoreError` for a classifier without a linear last layer and a temperature that is not above 0.
  public init(_ classifier: some Classifier, temperature: Double = 1) throws {
    try self.init(AnyClassifier(classifier), settings: .init(temperature: temperature))
  }

  public init(_ classifier: AnyClassifier, settings: TemperatureSettings) throws {
    try requirePositive(settings.temperature, "temperature")
    self.classifier = classifier
    configuration = settings
    head = try classifier.requiredHead(for: Self.kind)
  }

  public var featureCount: Int { head.featureCount }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    let uniform = 1 / Double(head.classCount)
    let temperature = configuration.temperature
    let slopes = try head.logits(features).withoutOverflow().mapRows { row in
      LogitRow(row, temperature: temperature).probabilities.reduce(0.0) { $0 + abs($1 - uniform) }
        / temperature
    }
    let lengths = features.mapRows { $0.reduce(0.0) { $0 + Double(abs($1)) } }
    return zip(lengths, slopes).map { -$0 * $1 }
  }
}
