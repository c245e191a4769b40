import GenModels

/// A scorer that sums, over features, a number made of the two empirical tail probabilities: what ECOD and COPOD have in
/// common.
protocol TailScorer: TableScorer, ExplainableScorer {
  var tails: EmpiricalTails { get }
  init(tails: EmpiricalTails)
  /// The score of a feature with −ln of its left and right tail probabilities, and that of the tail on the side of
  /// the skewness (their sum when there is none).
  static func featureScore(left: Double, right: Double, skewed: Double) -> Double
}

extension TailScorer {
  public var featureCount: Int { tails.featureCount }
  public var contributionRule: ContributionRule { .sum }

  public func score(_ x: Matrix) throws -> [Double] {
    try x.checkFeatures(featureCount)
    let d = featureCount
    return x.rowScores(grain: 64) { rows, count, scores in
      for i in 0..<count {
        var sum = 0.0
        for j in 0..<d { sum += featureScore(j, rows[i * d + j]) }
        scores[i] = sum
      }
    }
  }

  /// The summand of each feature, in nats.
  public func contributions(_ x: Matrix) throws -> Matrix {
    try x.checkFeatures(featureCount)
    let d = featureCount
    return x.mapRows(width: d, grain: 64) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = featureScore(j, rows[i * d + j]) }
      }
    }
  }

  private func featureScore(_ feature: Int, _ value: Double) -> Double {
    let (left, right) = tails.tails(feature, value)
    let sign = tails.skewSigns[feature]
    return Self.featureScore(
      left: left, right: right, skewed: sign < 0 ? left : sign > 0 ? right : left + right)
  }

  public func encode(to archive: inout ScorerArchive) throws { tails.encode(to: &archive) }

  public init(from archive: ScorerArchive) throws { self.init(tails: try EmpiricalTails(from: archive)) }
}
