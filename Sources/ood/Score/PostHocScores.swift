import ArgumentParser
import GenModels
import OODDatasets
import OODExperiments
import OODMetrics

/// The scores of classifiers: every kind of the catalogue that is one, and the ensemble of several classifiers.
enum PostHocScores {
  /// The score of a classifier where none is asked for.
  static let standard = MaximumSoftmaxProbability.kind

  private static var types: [any PostHocScorer.Type] {
    ModelCatalogue.complete.types.sorted { $0.key < $1.key }.compactMap {
      $0.value as? any PostHocScorer.Type
    }
  }

  static var names: [String] { types.map { $0.kind } + ConfidenceScores.names + [EnsembleDisagreement.kind] }

  /// A line for each score, for people.
  static var list: String {
    types.map { type in
      let fitting =
        switch type.fitting {
        case .nothing: ""
        case .examples: ", --fit examples"
        case .labelledExamples: ", --fit labelled examples"
        }
      let settings = settings(of: type)
      return "\(type.kind): \(type.summary)\(fitting)" + (settings.isEmpty ? "" : ", \(settings)")
    }.joined(separator: "\n") + "\n" + ConfidenceScores.allCases.map(\.line).joined(separator: "\n")
  }

  private static func settings<Scorer: PostHocScorer>(of type: Scorer.Type) -> String {
    (try? SettingsList(type.defaultSettings).description) ?? ""
  }

  private static func type(_ name: String) -> (any PostHocScorer.Type)? { types.first { $0.kind == name } }

  /// Refuses options that don't go with the score of that name, and a score without what it needs.
  static func validate(_ name: String, _ options: ScorerOptions) throws {
    if let confidence = ConfidenceScores(rawValue: name) { return try confidence.validate(options) }
    guard let type = type(name) else {
      try options.likelihood.refuseOptions(but: ["member"], of: "The score \(name)")
      guard !options.likelihood.member.isEmpty else {
        throw ValidationError("The score \(name) is one of an ensemble: give at least one --member.")
      }
      return try options.classifier.refuseOptions(of: "The score \(name)")
    }
    try options.likelihood.refuseOptions(of: "The score \(name)")
    if type.fitting == .nothing, options.classifier.fit != nil {
      throw ValidationError("The score \(name) is fitted to nothing: leave --fit out.")
    }
    if type.fitting != .nothing, options.classifier.fit == nil {
      throw ValidationError("The score \(name) is fitted to training examples: give --fit.")
    }
    try validateSettings(type, options.classifier.settings)
  }

  private static func validateSettings<Scorer: PostHocScorer>(
    _ type: Scorer.Type, _ texts: [String]
  ) throws {
    let _: Scorer.Configuration = try settings(type, texts)
  }

  private static func settings<Scorer: PostHocScorer>(
    _ type: Scorer.Type, _ texts: [String]
  ) throws -> Scorer.Configuration {
    var list = try SettingsList(type.defaultSettings)
    for text in texts { try list.set(text, of: type.kind) }
    return try list.settings(of: type.kind)
  }

  /// The score of that name of a classifier.
  /// - Throws: `Failure` when the classifier has no such score.
  static func scorer(
    _ name: String, of classifier: some Classifier & Model, _ options: ScorerOptions, library: DataLibrary
  ) throws -> any OODScorer & Model {
    if let confidence = ConfidenceScores(rawValue: name) {
      return try confidence.scorer(of: classifier, options.classifier, library: library)
    }
    guard let type = type(name) else {
      let others = try options.likelihood.member.map { path in
        let loaded = try LoadedModel(contentsOf: path)
        guard let other = loaded.model as? any Classifier else {
          throw Failure("\(path) holds a \(loaded.kind), which is no classifier.")
        }
        return AnyClassifier(other)
      }
      return try EnsembleDisagreement([AnyClassifier(classifier)] + others)
    }
    return try fitted(type, to: AnyClassifier(classifier), options.classifier, library: library)
  }

  private static func fitted<Scorer: PostHocScorer>(
    _ type: Scorer.Type, to classifier: AnyClassifier, _ options: ClassifierScoreOptions, library: DataLibrary
  ) throws -> Scorer {
    let settings = try settings(type, options.settings)
    guard let fit = options.fit else {
      return try type.fitted(to: classifier, settings: settings, examples: nil, labels: nil)
    }
    let dataset = try library.load(argument: fit)
    guard dataset.exampleShape == classifier.exampleShape else {
      throw Failure(
        "\(fit) has examples of shape \(dataset.exampleShape), and the classifier takes \(classifier.exampleShape)."
      )
    }
    return try Working.on("fitting \(type.kind) to \(dataset.count) examples") {
      try naming(fit) {
        try type.fitted(
          to: classifier, settings: settings, examples: dataset.examples, labels: dataset.labels)
      }
    }
  }
}
