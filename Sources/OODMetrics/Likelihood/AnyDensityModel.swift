import GenModels

/// A density model whose type is known only at run time, for ensembles of different models.
public struct AnyDensityModel<Examples: Sendable>: DensityModel {
  private let logDensities: @Sendable (Examples) throws -> [Double]
  private let samples: @Sendable (Int, inout RandomGenerator) -> Examples

  public init<Model: DensityModel>(_ base: Model) where Model.Examples == Examples {
    logDensities = { try base.logDensity($0) }
    samples = { base.sample(count: $0, using: &$1) }
  }

  public func logDensity(_ x: Examples) throws -> [Double] { try logDensities(x) }

  public func sample(count: Int, using random: inout RandomGenerator) -> Examples { samples(count, &random) }
}
