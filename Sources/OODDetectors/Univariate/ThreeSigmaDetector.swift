import GenModels

/// The 3-sigma rule: |x − mean| / standard deviation of each feature, and the largest of them as the score.
///
/// With a threshold of 3, an example is flagged when one of its features lies more than 3 standard deviations
/// off; of normally distributed values of one feature, 0.27% do. The mean and the deviation are themselves
/// moved by outliers in the training table; where there may be some, `MedianDeviationDetector` is safer.
///
/// The standard deviation divides by n. A feature that was constant in training counts in its own units
/// (scale 1). Fitting and scoring take time n · d.
public struct ThreeSigmaDetector: CenteredScaleDetector {
  public static let kind = "three-sigma"

  /// The means.
  public let centres: [Double]
  /// The standard deviations; 1 for constant features.
  public let scales: [Double]
  public let aggregation: FeatureAggregation

  /// - Throws: `TableError` for a table without rows or columns, or with NaN or infinities.
  public init(fitting x: Matrix, aggregation: FeatureAggregation = .maximum) throws(TableError) {
    try x.checkTraining()
    let moments = ColumnMoments(x)
    self.init(centres: moments.means, scales: moments.scales, aggregation: aggregation)
  }

  init(centres: [Double], scales: [Double], aggregation: FeatureAggregation) {
    self.centres = centres
    self.scales = scales
    self.aggregation = aggregation
  }
}
