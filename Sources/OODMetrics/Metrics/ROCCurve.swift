import GenModels

/// A receiver operating characteristic: true positive rate over false positive rate.
public struct ROCCurve: Sendable, Hashable {
  public struct Point: Sendable, Hashable {
    /// For `.outOfDistribution`, examples with score ≥ threshold are flagged; for `.inDistribution`, those
    /// with score ≤ threshold are accepted. ±∞ at the curve's first point, where nothing is.
    public let threshold: Double
    public let falsePositiveRate: Double
    public let truePositiveRate: Double
  }

  public let positive: PositiveClass
  /// From (0, 0) to (1, 1), one point for each distinct score.
  public let points: [Point]
}

extension ScoreRanking {
  /// The ROC curve.
  public func rocCurve(positive: PositiveClass = .outOfDistribution) -> ROCCurve {
    let positives = Double(positiveCount(positive))
    let negatives = Double(positiveCount(positive.other))
    let nothing = positive == .outOfDistribution ? Double.infinity : -Double.infinity
    var points = [ROCCurve.Point(threshold: nothing, falsePositiveRate: 0, truePositiveRate: 0)]
    points.reserveCapacity(thresholds.count + 1)
    var (truePositives, falsePositives) = (0, 0)
    for step in steps(positive: positive) {
      truePositives += step.positives
      falsePositives += step.negatives
      points.append(
        .init(
          threshold: step.threshold, falsePositiveRate: Double(falsePositives) / negatives,
          truePositiveRate: Double(truePositives) / positives))
    }
    return ROCCurve(positive: positive, points: points)
  }

  /// The false positive rate at the first threshold, from the strictest on, whose true positive rate reaches
  /// `level`: "FPR at 95% TPR" for 0.95. Say with it which class is positive: with `.outOfDistribution` it is
  /// the share of normal examples that raise an alarm when 95% of the others are caught (FPR95 of most tables
  /// of outlier detection); with `.inDistribution` the share of out-of-distribution examples let through when
  /// 95% of the normal ones are (D. Hendrycks and K. Gimpel, 2017; S. Liang et al., 2018).
  /// - Throws: `MetricError.outOfRange` when `level` is not in 0...1.
  public func falsePositiveRate(
    atTruePositiveRate level: Double, positive: PositiveClass
  ) throws(MetricError) -> Double {
    try checkShare("true positive rate", level)
    let curve = rocCurve(positive: positive)
    return curve.points.first { $0.truePositiveRate >= level }!.falsePositiveRate
  }

  /// The smallest mean of the two error rates over all thresholds, min ½ (misses + false alarms), where the
  /// classes count alike however many examples they have (S. Liang, Y. Li and R. Srikant, 2018). Between 0
  /// and ½; the same for both positive classes.
  public var detectionError: Double {
    rocCurve().points.lazy.map { (1 - $0.truePositiveRate + $0.falsePositiveRate) / 2 }.min()!
  }

  func checkShare(_ name: String, _ share: Double) throws(MetricError) {
    guard share >= 0 && share <= 1 else {
      throw .outOfRange(name: name, value: "\(share)", expected: "between 0 and 1")
    }
  }
}
