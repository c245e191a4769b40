/// A bound on ln p as a density: what a variational autoencoder is scored as by everything that asks for densities, likelihood
/// ratios, typicality, WAIC, complexity.
///
/// ln p(x) ≈ L_k, a lower bound in expectation that rises with k = `samples` (Y. Burda, R. Grosse and R. Salakhutdinov, 2016). All
/// examples get the same draws, which the seed decides, so that an example's number depends on it alone. Cost: that of the bound.
public struct ImportanceSampledDensity<Bound: DensityBound>: DensityModel {
  public let model: Bound
  /// k.
  public let samples: Int
  /// Decides the draws.
  public let seed: UInt64

  /// Traps when there is no sample.
  public init(_ model: Bound, samples: Int, seed: UInt64 = 0) {
    precondition(
      samples >= 1, "A bound averages over at least one draw, and \(samples) were asked for.")
    self.model = model
    self.samples = samples
    self.seed = seed
  }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Bound.Examples) throws(ExampleError) { try model.check(x) }

  public func logDensity(checked x: Bound.Examples) throws -> [Double] {
    try model.logDensityBound(checked: x, samples: samples, seed: seed)
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Bound.Examples {
    model.sample(count: count, using: &random)
  }
}

extension ImportanceSampledDensity: Model where Bound: Model {
  public static var kind: String { "importance-sampled-density" }

  public var configuration: ImportanceSampling { ImportanceSampling(samples: samples, seed: seed) }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("model", model) }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: ImportanceSampling.self)
    guard (1...1 << 30).contains(settings.samples) else {
      throw ModelFileError.malformed(reason: "a bound of \(settings.samples) samples can't be")
    }
    self.init(try archive.part("model", as: Bound.self), samples: settings.samples, seed: settings.seed)
  }
}

/// How often, and by which seed, a bound is sampled.
public struct ImportanceSampling: Codable, Hashable, Sendable {
  public var samples: Int
  public var seed: UInt64

  public init(samples: Int, seed: UInt64 = 0) {
    self.samples = samples
    self.seed = seed
  }
}

extension ImportanceSampledDensity: LevelModel {
  public var levels: Int? { (model as? any LevelModel)?.levels }
}
