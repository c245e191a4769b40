import GenModels

/// The median absolute deviation rule: 0.6745 |x − median| / MAD of each feature ("modified z-score", B.
/// Iglewicz and D. Hoaglin, 1993), and the largest of them as the score. MAD is the median of |x − median|.
///
/// Half of the training table may be outliers before the rule breaks. Where more than half of a feature's
/// values are equal, MAD is 0 and the mean absolute deviation takes its place, as Iglewicz and Hoaglin
/// advise: |x − median| / (1.253314 · mean |x − median|). A feature that was constant in training counts in
/// its own units (scale 1). Fitting takes time n · d to sort, scoring n · d.
public struct MedianDeviationDetector: CenteredScaleDetector {
  public static let kind = "median-deviation"

  /// The medians.
  public let centres: [Double]
  /// The deviations, made comparable with standard deviations.
  public let scales: [Double]
  public let aggregation: FeatureAggregation

  /// - Throws: `TableError` for a table without rows or columns, or with NaN or infinities.
  public init(fitting x: Matrix, aggregation: FeatureAggregation = .maximum) throws(TableError) {
    try x.checkTraining()
    let columns = x.sortedColumns()
    self.init(
      centres: columns.map(Quantiles.median(sorted:)), scales: columns.map(Self.scale(sorted:)),
      aggregation: aggregation)
  }

  private static func scale(sorted: [Double]) -> Double {
    guard sorted[0] < sorted[sorted.count - 1] else { return 1 }
    let deviation = Quantiles.medianAbsoluteDeviation(sorted: sorted)
    if deviation > 0 { return (deviation / 0.6745).saturated }
    let (centre, n) = (Quantiles.median(sorted: sorted), Double(sorted.count))
    var mean = sorted.reduce(0) { $0 + abs($1 - centre) } / n
    // Sums beyond the finite numbers, and quotients below them.
    if !mean.isFinite { mean = sorted.reduce(0) { $0 + abs($1 / n - centre / n) }.saturated }
    return max((1.253314 * mean).saturated, Double.leastNonzeroMagnitude)
  }

  init(centres: [Double], scales: [Double], aggregation: FeatureAggregation) {
    self.centres = centres
    self.scales = scales
    self.aggregation = aggregation
  }
}
