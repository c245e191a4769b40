import GenModels

/// A scorer by |x − centre| / scale of each feature: what the 3-sigma rule and its robust form have in
/// common.
protocol CenteredScaleDetector: TableScorer, ExplainableScorer {
  var centres: [Double] { get }
  var scales: [Double] { get }
  var aggregation: FeatureAggregation { get }
  init(centres: [Double], scales: [Double], aggregation: FeatureAggregation)
}

private struct CenteredScaleSettings: Codable {
  var aggregation: FeatureAggregation
}

extension CenteredScaleDetector {
  public var featureCount: Int { centres.count }
  public var contributionRule: ContributionRule { aggregation.rule }

  public func score(_ x: Matrix) throws -> [Double] {
    let deviations = try contributions(x)
    let (aggregation, d) = (aggregation, featureCount)
    return deviations.rowScores { rows, count, scores in
      for i in 0..<count { scores[i] = aggregation(rows + i * d, d) }
    }
  }

  /// |x − centre| / scale of each feature.
  public func contributions(_ x: Matrix) throws -> Matrix {
    try x.checkFeatures(featureCount)
    let (centres, scales, d) = (centres, scales, featureCount)
    return x.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = abs(standardized(rows[i * d + j], centres[j], scales[j])) }
      }
    }
  }

  public func encode(to archive: inout ScorerArchive) throws {
    try archive.setSettings(CenteredScaleSettings(aggregation: aggregation))
    archive["centres"] = .float64(centres, shape: [centres.count])
    archive["scales"] = .float64(scales, shape: [scales.count])
  }

  public init(from archive: ScorerArchive) throws {
    let d = try archive.shape("centres", rank: 1)[0]
    try self.init(
      centres: archive.finiteDoubles("centres"), scales: archive.positiveDoubles("scales", shape: [d]),
      aggregation: archive.settings(as: CenteredScaleSettings.self).aggregation)
  }
}
