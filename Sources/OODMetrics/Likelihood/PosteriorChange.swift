import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much one example would change what is believed of a model's parameters: over samples of the posterior p(θ | data), an ensemble or a
/// chain of `StochasticGradientHMC`, with weights w_m ∝ p(x | θ_m), Σ w_m = 1 (E. Daxberger and J. M. Hernández-Lobato, 2019,
/// "Bayesian variational autoencoders for unsupervised out-of-distribution detection"):
///
///     effective sample size   1 / Σ w²                  1 ... M; the score is its negative
///     information             ln M + Σ w ln w           nats, 0 ... ln M: KL from the weights to equal ones
///     disagreement            σ of ln p(x | θ_m)        nats
///
/// An example like the training data is as probable under all; a strange one picks a few. All in logarithms: p itself would underflow.
/// With few samples the first two saturate: the score says no more than that one sample wins. Cost: one log-density of each model.
public struct PosteriorChange<Density: DensityModel>: OODScorer {
  /// Samples of the posterior.
  public let models: [Density]
  public let measure: PosteriorMeasure

  /// - Throws: `LikelihoodError.tooFew` for fewer than two models; `.differentShapes` for models of different examples.
  public init(_ models: [Density], measure: PosteriorMeasure = .effectiveSampleSize) throws(LikelihoodError) {
    guard models.count >= 2 else {
      throw .tooFew(what: "samples of the posterior", found: models.count, needed: 2)
    }
    if let other = models.first(where: { $0.exampleShape != models[0].exampleShape }) {
      throw .differentShapes(first: models[0].exampleShape, second: other.exampleShape)
    }
    self.models = models
    self.measure = measure
  }

  public var exampleShape: Shape { models[0].exampleShape }

  public func check(_ x: Density.Examples) throws(ExampleError) { try models[0].check(x) }

  /// The measure of each example, high where the posterior would change.
  /// - Throws: What the models throw; `LikelihoodError.notANumber` where a log-density is NaN.
  public func score(checked x: Density.Examples) throws -> [Double] {
    let members = try models.map { try $0.logDensity(x).checkedNumbers("log-density") }
    return members[0].indices.map { i in measure.score(of: members.map { $0[i] }) }
  }
}

/// What a `PosteriorChange` measures.
public enum PosteriorMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  case effectiveSampleSize = "effective-sample-size"
  case information
  case disagreement

  /// The score of one example, from its log-density under each sample of the posterior.
  public func score(of logDensities: [Double]) -> Double {
    let count = Double(logDensities.count)
    let largest = logDensities.max() ?? -.infinity
    // Impossible to all: nothing tells the samples apart.
    guard largest > -.infinity else { return self == .effectiveSampleSize ? -count : 0 }
    switch self {
    case .effectiveSampleSize, .information:
      let weights = logDensities.map { $0 == largest ? 1 : exp($0 - largest) }
      let sum = weights.reduce(0, +)
      let shares = weights.map { $0 / sum }
      return self == .effectiveSampleSize
        ? -1 / shares.reduce(0) { $0 + $1 * $1 }
        : max(0, log(count) + shares.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 })
    case .disagreement:
      guard logDensities.allSatisfy(\.isFinite) else { return .infinity }
      let mean = logDensities.reduce(0) { $0 + $1 / count }
      return (logDensities.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }).squareRoot()
    }
  }
}

extension PosteriorChange: Model where Density: Model {
  public static var kind: String { "posterior-change" }

  public var configuration: PosteriorChangeConfiguration {
    PosteriorChangeConfiguration(members: models.count, measure: measure)
  }

  public func encode(to archive: inout ModelArchive) throws {
    for (number, model) in models.enumerated() { try archive.setPart("member.\(number)", model) }
  }

  public init(from archive: ModelArchive) throws {
    try self.init(
      WAICConfiguration.memberNames(in: archive).map { try archive.part($0, as: Density.self) },
      measure: archive.configuration(as: PosteriorChangeConfiguration.self).measure)
  }
}

/// What the file of a `PosteriorChange` says besides its members.
public struct PosteriorChangeConfiguration: Codable, Hashable, Sendable {
  var members: Int
  var measure: PosteriorMeasure
}
