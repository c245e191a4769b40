import GenModels

/// The likelihood ratio of J. Ren, P. J. Liu, E. Fertig, J. Snoek, R. Poplin, M. A. DePristo, J. V. Dillon and
/// B. Lakshminarayanan (2019, section 3): the score is
///
///     −LLR(x) = −ln (p_θ(x) / p_φ(x)) = ln p_φ(x) − ln p_θ(x),   in nats,
///
/// where p_θ is trained on the data and the background model p_φ on data whose meaning was destroyed by mutations
/// (`Mutation` of `OODDatasets` replaces each value by a random grey level with probability μ; the paper takes μ from 0.1 to
/// 0.3 and regularises p_φ by weight decay). What both models see, the population's background, cancels out.
///
/// ```swift
/// let ratio = LikelihoodRatio(model: flow, background: flowOfMutatedImages)
/// ```
///
/// **The paper's LLR is high for what is in-distribution; the score here is its negative**, high for what is not. Where p_φ is 0
/// the score is −∞, where p_θ is 0 it is +∞; where both are, there is no ratio. Cost: one log-density of each model.
public struct LikelihoodRatio<Density: DensityModel, Background: DensityModel>: OODScorer
where Density.Examples == Background.Examples {
  /// p_θ.
  public let model: Density
  /// p_φ.
  public let background: Background

  public init(model: Density, background: Background) {
    self.model = model
    self.background = background
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Density.Examples) throws(ExampleError) { try model.check(x) }

  /// ln p_φ(x) − ln p_θ(x) of each example.
  /// - Throws: What the models throw; `LikelihoodError.notANumber` where a log-density is NaN, or both densities are 0.
  public func score(checked x: Density.Examples) throws -> [Double] {
    let foreground = try model.logDensity(x)
    let scores = zip(try background.logDensity(x), foreground).map { $0 - $1 }
    return try scores.checkedNumbers("likelihood ratio")
  }
}

extension LikelihoodRatio: Model where Density: Model, Background: Model {
  public static var kind: String { "likelihood-ratio" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("model", model)
    try archive.setPart("background", background)
  }

  public init(from archive: ModelArchive) throws {
    self.init(
      model: try archive.part("model", as: Density.self),
      background: try archive.part("background", as: Background.self))
  }
}
