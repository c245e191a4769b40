import GenModels

/// A scorer by |x − centre| / scale of each feature: what the 3-sigma rule and its robust form have in
/// common.
protocol CenteredScaleDetector: TableScorer, ExplainableScorer {
  var centres: [Double] { get }
  var scales: [Double] { get }
  var aggregation: FeatureAggregation { get }
  init(centres: [Double], scales: [Double], aggregation: FeatureAggregation)
}

/// What the file of a detector by centres and scales says besides its numbers.
public struct CenteredScaleConfiguration: Codable, Hashable, Sendable {
  var aggregation: FeatureAggregation
}

extension CenteredScaleDetector {
  public var featureCount: Int { centres.count }
  public var contributionRule: ContributionRule { aggregation.rule }

  public func score(checked x: Matrix) throws -> [Double] {
    let deviations = try contributions(checked: x)
    let (aggregation, d) = (aggregation, featureCount)
    return deviations.rowScores { rows, count, scores in
      for i in 0..<count { scores[i] = aggregation(rows + i * d, d) }
    }
  }

  /// |x − centre| / scale of each feature.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let (centres, scales, d) = (centres, scales, featureCount)
    return x.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = abs(standardized(rows[i * d + j], centres[j], scales[j])) }
      }
    }
  }

  public var configuration: CenteredScaleConfiguration {
    CenteredScaleConfiguration(aggregation: aggregation)
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["centres"] = .float64(centres, shape: [centres.count])
    archive["scales"] = .float64(scales, shape: [scales.count])
  }

  public init(from archive: ModelArchive) throws {
    let d = try archive.shape("centres", rank: 1)[0]
    try self.init(
      centres: archive.finiteDoubles("centres"), scales: archive.positiveDoubles("scales", shape: [d]),
      aggregation: archive.configuration(as: CenteredScaleConfiguration.self).aggregation)
  }
}
