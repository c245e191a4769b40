import GenModels

/// By counts in bins over ranges that are known beforehand: to the bit that of one pass, when the ranges are those of all rows. The number
/// of bins can't be automatic, for which one would have to see all rows.
extension HBOS: RangedDetector {
  public struct PartSettings: Codable, Hashable, Sendable {
    /// The smallest and the largest value of each column on all rows; see `HistogramRanges`.
    public var ranges: [ClosedRange<Double>]
    public var bins: Int
    public var regularization: Double
    public var tolerance: Double

    public init(
      ranges: [ClosedRange<Double>], bins: Int = 10, regularization: Double = 0.1, tolerance: Double = 0.5
    ) {
      self.ranges = ranges
      self.bins = bins
      self.regularization = regularization
      self.tolerance = tolerance
    }

    func check() throws(TableError) {
      try BinCount.fixed(bins).check()
      try HBOS.check(regularization: regularization, tolerance: tolerance)
    }
  }

  /// A first pass needs to know nothing.
  public struct RangeSettings: Codable, Hashable, Sendable {
    public init() {}
  }

  public static func ranges(
    of x: Matrix, settings: RangeSettings
  ) throws(TableError) -> [ClosedRange<Double>] {
    try x.checkTraining()
    try x.checkRanges()
    return x.columnRanges().map { $0.low...$0.high }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws(TableError) -> HistogramCounts {
    try x.checkTraining()
    try settings.check()
    try settings.ranges.check(histograms: x.columns)
    var counts: [[Double]] = []
    for (j, sorted) in x.sortedColumns().enumerated() {
      try settings.ranges.requireInside(sorted, histogram: j)
      let edges = Histogram.edges(settings.ranges[j], bins: settings.bins)
      counts.append(Histogram(sorted: sorted, edges: edges).counts)
    }
    return HistogramCounts(rowCount: x.rows, featureCount: x.columns, counts: counts)
  }

  public static func check(_ summary: HistogramCounts, settings: PartSettings) throws {
    try settings.check()
    try settings.ranges.check(histograms: summary.featureCount)
    try summary.require(histograms: summary.featureCount, bins: settings.bins)
  }

  public init(merging summary: HistogramCounts, settings: PartSettings) throws(TableError) {
    let histograms = zip(settings.ranges, summary.counts).map {
      Histogram(edges: Histogram.edges($0, bins: settings.bins), counts: $1)
    }
    self.init(
      histograms, rows: summary.rowCount, regularization: settings.regularization,
      tolerance: settings.tolerance)
  }
}
