import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The settings of scores that divide logits by a temperature.
public struct TemperatureSettings: Codable, Hashable, Sendable {
  /// T, above 0.
  public var temperature: Double

  public init(temperature: Double = 1) { self.temperature = temperature }
}

/// The baseline of D. Hendrycks and K. Gimpel (2017): the probability of the most probable class,
///
///     score(x) = −maxₖ softmax(z(x) / T)ₖ,   from −1 (sure) to −1/classes.
///
/// With one class it is −1 everywhere. Cost: one pass through the classifier.
public struct MaximumSoftmaxProbability: LogitScorer, UnfittedPostHocScorer {
  public static let kind = "maximum-softmax-probability"
  public static let summary = "the largest probability (Hendrycks, Gimpel 2017)"
  public static let defaultSettings = TemperatureSettings()

  public let classifier: AnyClassifier
  public let configuration: TemperatureSettings

  /// - Throws: `ClassifierScoreError.invalidSetting` for a temperature that is not above 0.
  public init(_ classifier: some Classifier, temperature: Double = 1) throws {
    try self.init(AnyClassifier(classifier), settings: .init(temperature: temperature))
  }

  public init(_ classifier: AnyClassifier, settings: TemperatureSettings) throws {
    try requirePositive(settings.temperature, "temperature")
    self.classifier = classifier
    configuration = settings
  }

  public func score(checkedLogits logits: Tensor) -> [Double] {
    logits.mapRows { -exp(LogitRow($0, temperature: configuration.temperature).logProbabilities.max()!) }
  }
}
