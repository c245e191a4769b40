import GenModels

/// The Watanabe–Akaike information criterion over an ensemble (S. Watanabe, 2010; H. Choi, E. Jang and A. A. Alemi, 2018, "WAIC, but
/// why? Generative ensembles for robust anomaly detection", section 3):
///
///     WAIC(x) = E_θ[ln p(x | θ)] − Var_θ[ln p(x | θ)],   score(x) = −WAIC(x),
///
/// where the expectation and the variance run over models trained from different seeds, an approximation of the posterior; the
/// variance is the population's (division by the number of models). The two terms have different units, nats and nats²: the
/// paper adds them as they are, and so does this.
///
///     let scorer = try WAIC([first, second, third])           // one type
///     let mixed = try WAIC([AnyDensityModel(glow), AnyDensityModel(mixture)])
///
/// Where a model's density is 0, the score is +∞. Cost: one log-density of each model.
public struct WAIC<Model: DensityModel>: OODScorer {
  /// The members of the ensemble.
  public let models: [Model]

  /// - Throws: `LikelihoodError.tooFew` for fewer than two models, whose variance says nothing.
  public init(_ models: [Model]) throws(LikelihoodError) {
    guard models.count >= 2 else {
      throw .tooFew(what: "models in the ensemble", found: models.count, needed: 2)
    }
    self.models = models
  }

  /// Var[ln p(x)] − E[ln p(x)] of each example.
  /// - Throws: What the models throw; `LikelihoodError.notANumber` where a log-density is NaN.
  public func score(_ x: Model.Examples) throws -> [Double] {
    let members = try models.map { try $0.logDensity(x).checkedNumbers("log-density") }
    for member in members {
      precondition(
        member.count == members[0].count,
        "A model has \(member.count) log-densities, and another \(members[0].count), for the same examples.")
    }
    return members[0].indices.map { i in Self.score(of: members.map { $0[i] }) }
  }

  /// The score of one example, from its log-density under each model.
  private static func score(of logDensities: [Double]) -> Double {
    // An infinite mean has no variance about it; improbable to one member is improbable.
    guard logDensities.allSatisfy({ $0.isFinite }) else {
      return logDensities.contains(-.infinity) ? .infinity : -.infinity
    }
    let count = Double(logDensities.count)
    let mean = logDensities.reduce(0, +) / count
    let variance = logDensities.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return variance - mean
  }
}
