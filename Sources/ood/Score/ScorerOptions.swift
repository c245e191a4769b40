import ArgumentParser
import GenModels
import OODExperiments
import OODMetrics

/// Which score a saved model is asked for, and what that score needs: the options that `ood score` and `ood evaluate` have in common.
struct ScorerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For density models: log-density [the default], typicality (with --reference), complexity, ratio (with "
        + "--background), waic, posterior-change, information or disagreement (with --member), gradient-norm, batch-norm (with "
        + "--reference) or regret (of a vae). For energies: energy [the default] or gradient-norm. For classifiers: "
        + PostHocScores.names.joined(separator: ", ") + " (with --member) ["
        + PostHocScores.standard + "].",
      valueName: "name"))
  var scorer: String?
  @OptionGroup(title: "Options of density models") var likelihood: LikelihoodOptions
  @OptionGroup(title: "Options of classifiers") var classifier: ClassifierScoreOptions

  /// The chosen score of a density model; nil where none was chosen, or one of a classifier.
  var likelihoodScorer: LikelihoodScorerName? { scorer.flatMap { LikelihoodScorerName(rawValue: $0) } }

  /// Whether a score of a classifier was chosen.
  var isForClassifier: Bool { scorer != nil && likelihoodScorer == nil }

  /// Refuses all options, where a file's only score is meant.
  func refuseOptions(of what: String) throws {
    try likelihood.refuseOptions(of: what)
    try classifier.refuseOptions(of: what)
  }

  func validate() throws {
    guard let scorer else { return }
    if let likelihoodScorer {
      try likelihood.validate(for: likelihoodScorer)
      return try classifier.refuseOptions(of: "The score \(scorer)")
    }
    guard PostHocScores.names.contains(scorer) else {
      throw ValidationError(
        "There is no score \(scorer). Density models have "
          + LikelihoodScorerName.allCases.map(\.rawValue).joined(separator: ", ") + "; classifiers "
          + PostHocScores.names.joined(separator: ", ") + ".")
    }
    try PostHocScores.validate(scorer, self)
  }
}

/// Options of scores of classifiers.
struct ClassifierScoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Training examples that the score is fitted to, with labels where it needs them.", valueName: "spec"))
  var fit: String?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting of the score, as temperature=1000; may be repeated. Scores and settings:\n"
        + PostHocScores.list,
      valueName: "name=value"))
  var settings: [String] = []

  /// Refuses the options of classifiers.
  func refuseOptions(of what: String) throws {
    if fit != nil { throw ValidationError("\(what) has no option --fit.") }
    if !settings.isEmpty { throw ValidationError("\(what) has no option --set.") }
  }
}
