import GenModels

/// E(x), in nats up to one constant: what an energy model finds improbable is out-of-distribution (Y. Du and I. Mordatch, 2019).
///
/// Scores of one model can be compared; those of two models have different constants. Cost: one evaluation.
public struct UnnormalizedEnergyScorer<Energy: UnnormalizedEnergy>: OODScorer {
  public let model: Energy

  public init(_ model: Energy) { self.model = model }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Energy.Examples) throws(ExampleError) { try model.check(x) }

  /// E of each example.
  /// - Throws: What the model throws; `LikelihoodError.notANumber` where its energy is NaN.
  public func score(checked x: Energy.Examples) throws -> [Double] {
    try model.energy(checked: x).checkedNumbers("energy")
  }
}

extension UnnormalizedEnergyScorer: Model where Energy: Model {
  public static var kind: String { "unnormalized-energy" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("model", model) }

  public init(from archive: ModelArchive) throws { self.init(try archive.part("model", as: Energy.self)) }
}
