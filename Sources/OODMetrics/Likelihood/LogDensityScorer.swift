import GenModels

/// −ln p(x), in nats: what a density model finds improbable is out-of-distribution (C. M. Bishop, 1994).
///
/// ```swift
/// let scorer = LogDensityScorer(flow)
/// try scorer.score(images)
/// ```
///
/// **It fails on images in a way that is easy to miss**: models trained on one set of images give simpler images of
/// another set *higher* densities (E. Nalisnick, A. Matsukawa, Y. W. Teh, D. Gorur and B. Lakshminarayanan, 2019). The
/// other scores of this folder are the repairs that were proposed.
///
/// Where the density is 0, the score is +∞. Cost: one log-density.
public struct LogDensityScorer<Density: DensityModel>: OODScorer {
  public let model: Density

  public init(_ model: Density) { self.model = model }

  public var exampleShape: Shape { model.exampleShape }

  public func check(_ x: Density.Examples) throws(ExampleError) { try model.check(x) }

  /// −ln p(x) of each example.
  /// - Throws: What the model throws; `LikelihoodError.notANumber` where its log-density is NaN.
  public func score(checked x: Density.Examples) throws -> [Double] {
    try model.logDensity(x).checkedNumbers("log-density").map { -$0 }
  }
}

extension LogDensityScorer: Model where Density: Model {
  public static var kind: String { "log-density" }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws { try archive.setPart("model", model) }

  public init(from archive: ModelArchive) throws { self.init(try archive.part("model", as: Density.self)) }
}
