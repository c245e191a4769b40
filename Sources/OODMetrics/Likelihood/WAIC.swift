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
/// ```swift
/// let scorer = try WAIC([first, second, third])           // one type
/// let mixed = try WAIC([AnyDensityModel(glow), AnyDensityModel(mixture)])
/// ```
///
/// Where a model's density is 0, the score is +∞. Cost: one log-density of each model.
public struct WAIC<Density: DensityModel>: OODScorer {
  /// The members of the ensemble.
  public let models: [Density]

  /// - Throws: `LikelihoodError.tooFew` for fewer than two models, whose variance says nothing; `.differentShapes` for models of
  ///   different examples.
  public init(_ models: [Density]) throws(LikelihoodError) {
    guard models.count >= 2 else {
      throw .tooFew(what: "models in the ensemble", found: models.count, needed: 2)
    }
    if let other = models.first(where: { $0.exampleShape != models[0].exampleShape }) {
      throw .differentShapes(first: models[0].exampleShape, second: other.exampleShape)
    }
    self.models = models
  }

  public var exampleShape: Shape { models[0].exampleShape }

  public func check(_ x: Density.Examples) throws(ExampleError) { try models[0].check(x) }

  /// Var[ln p(x)] − E[ln p(x)] of each example.
  /// - Throws: What the models throw; `LikelihoodError.notANumber` where a log-density is NaN.
  public func score(checked x: Density.Examples) throws -> [Double] {
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

extension WAIC: Model where Density: Model {
  public static var kind: String { "waic" }

  public var configuration: WAICConfiguration { WAICConfiguration(members: models.count) }

  public func encode(to archive: inout ModelArchive) throws {
    for (number, model) in models.enumerated() { try archive.setPart("member.\(number)", model) }
  }

  public init(from archive: ModelArchive) throws {
    try self.init(WAICConfiguration.memberNames(in: archive).map { try archive.part($0, as: Density.self) })
  }
}

/// What an ensemble's file says besides its members.
public struct WAICConfiguration: Codable, Hashable, Sendable {
  var members: Int

  /// The names of the members in an archive.
  static func memberNames(in archive: ModelArchive) throws(ModelFileError) -> [String] {
    let count = try archive.configuration(as: WAICConfiguration.self).members
    guard count == archive.partNames.count else {
      throw .malformed(reason: "an ensemble of \(count) members has \(archive.partNames.count)")
    }
    return (0..<count).map { "member.\($0)" }
  }
}
