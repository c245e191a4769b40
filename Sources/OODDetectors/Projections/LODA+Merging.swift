import GenModels

/// By counts in bins of projections over ranges that are known beforehand: to the bit that of one pass, when the ranges are those of all
/// rows. The number of bins can't be automatic, for which one would have to see all rows.
extension LODA: RangedDetector {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// The smallest and the largest value of each projection on all rows; see `HistogramRanges`.
    public var ranges: [ClosedRange<Double>]
    public var bins: Int
    /// Of the projections, whose number is that of the ranges.
    public var seed: UInt64

    public init(ranges: [ClosedRange<Double>], bins: Int = 10, seed: UInt64 = 0) {
      self.ranges = ranges
      self.bins = bins
      self.seed = seed
    }
  }

  /// What the projections are.
  public struct RangeSettings: Codable, Hashable, Sendable {
    public var projections: Int
    public var seed: UInt64

    public init(projections: Int = 100, seed: UInt64 = 0) {
      self.projections = projections
      self.seed = seed
    }
  }

  public static func ranges(
    of x: Matrix, settings: RangeSettings
  ) throws(TableError) -> [ClosedRange<Double>] {
    try x.checkTraining()
    return try LODAProjections(
      count: settings.projections, columns: x.columns, using: RandomGenerator(seed: settings.seed)
    ).map(x) { _, sorted in sorted[0]...sorted[sorted.count - 1] }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws(TableError) -> HistogramCounts {
    try x.checkTraining()
    try BinCount.fixed(settings.bins).check()
    let (ranges, bins) = (settings.ranges, settings.bins)
    try ranges.check(histograms: ranges.count)
    let projections = try LODAProjections(
      count: ranges.count, columns: x.columns, using: RandomGenerator(seed: settings.seed))
    let found = try projections.map(x) { k, sorted in
      (
        ends: [sorted[0], sorted[sorted.count - 1]],
        counts: Histogram(sorted: sorted, edges: Histogram.edges(ranges[k], bins: bins)).counts
      )
    }
    for (k, histogram) in found.enumerated() { try ranges.requireInside(histogram.ends, histogram: k) }
    return HistogramCounts(rowCount: x.rows, featureCount: x.columns, counts: found.map(\.counts))
  }

  public static func check(_ summary: HistogramCounts, settings: PartSettings) throws {
    try BinCount.fixed(settings.bins).check()
    try settings.ranges.check(histograms: settings.ranges.count)
    try summary.require(histograms: settings.ranges.count, bins: settings.bins)
  }

  public init(merging summary: HistogramCounts, settings: PartSettings) throws(TableError) {
    let projections = try LODAProjections(
      count: settings.ranges.count, columns: summary.featureCount,
      using: RandomGenerator(seed: settings.seed))
    let histograms = zip(settings.ranges, summary.counts).map {
      Histogram(edges: Histogram.edges($0, bins: settings.bins), counts: $1)
    }
    self.init(projections, histograms, rows: summary.rowCount)
  }
}
