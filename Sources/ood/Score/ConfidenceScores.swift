import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

/// The scores of classifiers that reconstruct: the confidence of the reconstruction alone, and the claims that it scales.
enum ConfidenceScores: String, CaseIterable {
  case confidence, scaled

  /// What can be set by hand: α and β, or what a calibration on held-out examples keeps.
  struct Settings: Codable {
    /// 0 to calibrate.
    var alpha = 0.0
    var beta = 0.0
    /// The share of held-out examples that keep their confidence, and above which.
    var keeping = 0.99
    var above = 0.9
    var norm = ConfidenceSettings.Norm.squaredL2
  }

  static var names: [String] { allCases.map(\.rawValue) }

  /// For people.
  var line: String {
    let what =
      self == .confidence ? "−ln of the reconstruction's confidence" : "−ln of the largest scaled claim"
    return "\(rawValue): \(what) (Spigler 2019), --fit held-out examples unless alpha is set, "
      + ((try? SettingsList(Settings()).description) ?? "")
  }

  /// Refuses options that don't go together.
  func validate(_ options: ScorerOptions) throws {
    try options.likelihood.refuseOptions(of: "The score \(rawValue)")
    let settings = try settings(options.classifier)
    if settings.alpha == 0, options.classifier.fit == nil {
      throw ValidationError(
        "The score \(rawValue) is calibrated on held-out examples: give --fit, or --set alpha=NUMBER.")
    }
    if settings.alpha != 0, options.classifier.fit != nil {
      throw ValidationError(
        "With alpha set by hand the score \(rawValue) is calibrated on nothing: leave --fit out.")
    }
  }

  private func settings(_ options: ClassifierScoreOptions) throws -> Settings {
    var list = try SettingsList(Settings())
    for text in options.settings { try list.set(text, of: rawValue) }
    return try list.settings(of: rawValue)
  }

  /// The score of a classifier.
  /// - Throws: `Failure` when the classifier does not reconstruct.
  func scorer(
    of classifier: some Classifier & Model, _ options: ClassifierScoreOptions, library: DataLibrary
  ) throws -> any OODScorer & Model {
    guard let model = classifier as? any ReconstructingClassifier & Model else {
      throw Failure(
        "A \(type(of: classifier).kind) does not reconstruct, so it has no score \(rawValue); train one with "
          + "ood train dae-classifier.")
    }
    return try scorer(ofReconstructing: model, settings(options), options.fit, library)
  }

  private func scorer<Base: ReconstructingClassifier & Model>(
    ofReconstructing model: Base, _ settings: Settings, _ fit: String?, _ library: DataLibrary
  ) throws -> any OODScorer & Model {
    let confidence: ReconstructionConfidence<Base>
    if let fit {
      let examples = try library.load(argument: fit).examples
      confidence = try naming(fit) {
        try .calibrated(
          model, heldOut: examples, keeping: settings.keeping, above: settings.above, norm: settings.norm,
          usingCurvature: false)
      }
    } else {
      confidence = try ReconstructionConfidence(
        model, settings: .init(alpha: settings.alpha, beta: settings.beta, norm: settings.norm))
    }
    return self == .confidence ? confidence : ScaledClassifier(confidence)
  }
}
