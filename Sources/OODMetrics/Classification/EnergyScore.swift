import GenModels

/// The free energy of the logits (W. Liu, X. Wang, J. D. Owens and Y. Li, 2020):
///
///     score(x) = E(x; T) = −T ln Σₖ exp(zₖ(x) / T),   T = 1 in the paper.
///
/// Cost: one pass through the classifier.
public struct EnergyScore: LogitScorer, UnfittedPostHocScorer {
  public static let kind = "energy"
  public static let summary = "free energy of the logits (Liu et al. 2020)"
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
    Self.energies(of: logits, temperature: configuration.temperature)
  }

  /// −T ln Σ exp(z / T) of each row.
  static func energies(of logits: Tensor, temperature: Double = 1) -> [Double] {
    logits.mapRows { -LogitRow($0, temperature: temperature).logSum }
  }
}
