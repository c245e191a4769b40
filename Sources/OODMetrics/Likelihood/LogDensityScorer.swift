import GenModels

/// −ln p(x), in nats: what a density model finds improbable is out-of-distribution (C. M. Bishop, 1994).
///
///     let scorer = LogDensityScorer(flow)
///     try scorer.score(images)
///
/// **It fails on images in a way that is easy to miss**: models trained on one set of images give simpler images of
/// another set *higher* densities (E. Nalisnick, A. Matsukawa, Y. W. Teh, D. Gorur and B. Lakshminarayanan, 2019). The
/// other scores of this folder are the repairs that were proposed.
///
/// Where the density is 0, the score is +∞. Cost: one log-density.
public struct LogDensityScorer<Model: DensityModel>: OODScorer {
  public let model: Model

  public init(_ model: Model) { self.model = model }

  /// −ln p(x) of each example.
  /// - Throws: What the model throws; `LikelihoodError.notANumber` where its log-density is NaN.
  public func score(_ x: Model.Examples) throws -> [Double] {
    try model.logDensity(x).checkedNumbers("log-density").map { -$0 }
  }
}
