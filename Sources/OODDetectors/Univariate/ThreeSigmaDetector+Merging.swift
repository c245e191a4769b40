import GenModels

/// By the means and deviations of parts: within 10⁻¹² of one pass for columns whose mean is not far beyond their deviation.
extension ThreeSigmaDetector: MergeableDetector {
  public struct PartSettings: Codable, Hashable, Sendable {
    public var aggregation: FeatureAggregation

    public init(aggregation: FeatureAggregation = .maximum) { self.aggregation = aggregation }
  }

  public static func summary(
    of x: Matrix, shard: Shard, settings: PartSettings
  ) throws(TableError) -> ColumnSummary {
    try x.checkTraining()
    return ColumnSummary(x)
  }

  public init(merging summary: ColumnSummary, settings: PartSettings) throws(TableError) {
    self.init(
      centres: summary.means, scales: summary.deviations.map { $0 > 0 ? $0 : 1 },
      aggregation: settings.aggregation)
  }
}
