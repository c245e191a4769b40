import GenModels

/// Precision over recall.
public struct PrecisionRecallCurve: Sendable, Hashable {
  public struct Point: Sendable, Hashable {
    /// For `.outOfDistribution`, examples with score ≥ threshold are retrieved; for `.inDistribution`, those
    /// with score ≤ threshold.
    public let threshold: Double
    public let recall: Double
    public let precision: Double
  }

  public let positive: PositiveClass
  /// One point for each distinct score, from the strictest threshold on; recall grows to 1.
  public let points: [Point]
}

extension ScoreRanking {
  /// The precision-recall curve.
  public func precisionRecallCurve(positive: PositiveClass = .outOfDistribution) -> PrecisionRecallCurve {
    let positives = Double(positiveCount(positive))
    var (truePositives, retrieved) = (0, 0)
    let points = steps(positive: positive).map { step in
      truePositives += step.positives
      retrieved += step.positives + step.negatives
      return PrecisionRecallCurve.Point(
        threshold: step.threshold, recall: Double(truePositives) / positives,
        precision: Double(truePositives) / Double(retrieved))
    }
    return PrecisionRecallCurve(positive: positive, points: points)
  }

  /// Average precision: Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the thresholds, precision weighted by the growth of recall. It
  /// does not interpolate between points, which would be too optimistic (J. Davis and M. Goadrich, 2006).
  public func averagePrecision(positive: PositiveClass = .outOfDistribution) -> Double {
    var sum = 0.0
    var (truePositives, retrieved) = (0, 0)
    for step in steps(positive: positive) {
      truePositives += step.positives
      retrieved += step.positives + step.negatives
      sum += Double(step.positives) * Double(truePositives) / Double(retrieved)
    }
    return sum / Double(positiveCount(positive))
  }

  /// The area under the precision-recall curve by the trapezoidal rule, with the curve begun at recall 0,
  /// precision 1. Reported for comparison with tables that use it; prefer `averagePrecision`.
  public func trapezoidalPrecisionRecallArea(positive: PositiveClass = .outOfDistribution) -> Double {
    var area = 0.0
    var (recall, precision) = (0.0, 1.0)
    for point in precisionRecallCurve(positive: positive).points {
      area += (point.recall - recall) * (point.precision + precision) / 2
      (recall, precision) = (point.recall, point.precision)
    }
    return area
  }

  /// The share of out-of-distribution examples among the `n` with the highest scores; by default, n is the
  /// number of out-of-distribution examples ("precision at n", R-precision). Where equal scores straddle
  /// place n, the mean over all orders of them.
  /// - Throws: `MetricError.outOfRange` when `n` is not in 1...count.
  public func precision(atTop n: Int? = nil) throws(MetricError) -> Double {
    let n = n ?? outOfDistributionCount
    guard n >= 1 && n <= count else {
      throw .outOfRange(name: "number of top scores", value: "\(n)", expected: "between 1 and \(count)")
    }
    var (found, places) = (0.0, n)
    for (out, inside) in zip(outCounts, inCounts) {
      let group = out + inside
      if group >= places {
        found += Double(places) * Double(out) / Double(group)
        break
      }
      found += Double(out)
      places -= group
    }
    return found / Double(n)
  }

  /// The largest F₁ = 2 P R / (P + R) over all thresholds, and the strictest threshold that reaches it.
  public func bestF1(positive: PositiveClass = .outOfDistribution) -> (f1: Double, threshold: Double) {
    let positives = positiveCount(positive)
    var best = (f1: -1.0, threshold: 0.0)
    var (truePositives, retrieved) = (0, 0)
    for step in steps(positive: positive) {
      truePositives += step.positives
      retrieved += step.positives + step.negatives
      let f1 = 2 * Double(truePositives) / Double(retrieved + positives)
      if f1 > best.f1 { best = (f1, step.threshold) }
    }
    return best
  }
}
