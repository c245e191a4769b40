import GenModels

/// A scorer that sums, over features, a number made of the two empirical tail probabilities: what ECOD and
/// COPOD have in common.
protocol TailScorer: TableScorer, ExplainableScorer {
  var tails: EmpiricalTails { get }
  init(tails: EmpiricalTails)
  /// The score of a feature with −ln of its left and right tail probabilities, and that of the tail on the
  /// side of the skewness (their sum when there is none).
  static func featureScore(left: Double, right: Double, skewed: Double) -> Double
}

extension TailScorer {
  public var featureCount: Int { tails.featureCount }
  public var contributionRule: ContributionRule { .sum }

  public func score(checked x: Matrix) throws -> [Double] {
    return x.rowScores(grain: 1024) { rows, count, scores in
      scores.initialize(repeating: 0, count: count)
      for j in 0..<featureCount {
        forEachFeatureScore(j, rows, count) { i, score in scores[i] += score }
      }
    }
  }

  /// The summand of each feature, in nats.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let d = featureCount
    return x.mapRows(width: d, grain: 1024) { rows, count, result in
      for j in 0..<d {
        forEachFeatureScore(j, rows, count) { i, score in result[i * d + j] = score }
      }
    }
  }

  @inline(__always)
  private func forEachFeatureScore(
    _ feature: Int, _ rows: UnsafePointer<Double>, _ count: Int, _ body: (_ row: Int, _ score: Double) -> Void
  ) {
    let sign = tails.skewSigns[feature]
    tails.forEachTail(feature, of: rows, count: count) { i, left, right in
      let skewed = sign < 0 ? left : sign > 0 ? right : left + right
      body(i, Self.featureScore(left: left, right: right, skewed: skewed))
    }
  }

  public func encode(to archive: inout ModelArchive) throws { tails.encode(to: &archive) }

  public init(from archive: ModelArchive) throws { self.init(tails: try EmpiricalTails(from: archive)) }
}
