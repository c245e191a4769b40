import GenModels

/// By the means and co-moments of parts, for the empirical and the shrunk estimate: to rounding that of one pass. It takes d² numbers,
/// also where all rows together are fewer than the columns.
extension Mahalanobis: MergeableDetector {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// Whether the covariance is shrunk as by Ledoit and Wolf.
    public var shrinks: Bool
    public var whenSingular: SingularCovariance

    public init(shrinks: Bool = false, whenSingular: SingularCovariance = .pseudoInverse) {
      self.shrinks = shrinks
      self.whenSingular = whenSingular
    }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws(TableError) -> MomentSummary { try MomentSummary(x) }

  public init(merging summary: MomentSummary, settings: PartSettings) throws {
    try summary.checkVariances()
    guard settings.shrinks else {
      try self.init(summary.moments, whenSingular: settings.whenSingular)
      return
    }
    let shrunk = summary.moments.shrunk { meanVariance, squares in
      Moments.ledoitWolfShrinkage(
        rows: summary.rowCount, columns: summary.featureCount, squares: squares,
        fourth: summary.fourthMoment(unit: meanVariance > 0 ? meanVariance : 1))
    }
    try self.init(shrunk.moments, whenSingular: settings.whenSingular)
  }
}
