import ArgumentParser
import GenModels
import OODMetrics

/// The scores of energies and of slopes of log-densities: the energy, and the slope's length.
enum EnergyScores {
  static let energy = EnergyScore.kind
  static let slope = LikelihoodScorerName.gradientNorm.rawValue

  /// The score that was asked for, of a model that is an energy or knows a slope; nil where another kind of score is meant.
  static func scorer(
    of loaded: LoadedModel, _ options: ScorerOptions
  ) throws -> (scorer: any OODScorer & Model, name: String)? {
    guard let function = loaded.model as? any ScoreFunction & Model else { return nil }
    let energy = loaded.model as? any UnnormalizedEnergy & Model
    let name = options.scorer ?? (energy == nil ? slope : self.energy)
    // A classifier has all scores of classifiers besides.
    if name != slope, options.scorer != nil, loaded.model is any Classifier { return nil }
    guard name == slope || name == self.energy && energy != nil else {
      throw Failure(
        "\(loaded.path) holds a \(loaded.kind), whose scores are \(energy == nil ? "" : "\(self.energy) and ")\(slope)."
      )
    }
    try options.refuseOptions(of: "The score \(name) of a \(loaded.kind)")
    if name == slope { return (norm(of: function), name) }
    return energy.map { (scorer(of: $0), name) }
  }

  private static func norm(of function: some ScoreFunction & Model) -> any OODScorer & Model {
    ScoreFunctionNorm(function)
  }

  private static func scorer(of energy: some UnnormalizedEnergy & Model) -> any OODScorer & Model {
    UnnormalizedEnergyScorer(energy)
  }
}
