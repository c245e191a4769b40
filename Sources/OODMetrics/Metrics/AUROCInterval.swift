import GenModels

/// An estimate of a metric with its uncertainty.
public struct MetricEstimate: Sendable, Hashable {
  public let estimate: Double
  public let standardError: Double
  /// The confidence interval.
  public let interval: ClosedRange<Double>
  /// The interval's confidence, 0.95 for 95%.
  public let level: Double
}

extension ScoreRanking {
  /// The area under the ROC curve with the confidence interval of E. R. DeLong, D. M. DeLong and D. L.
  /// Clarke-Pearson (1988): estimate ± z · standard error, cut to 0...1. The variance is S₁₀/m + S₀₁/n, with
  /// S₁₀ the variance over the m out-of-distribution examples of the share of in-distribution ones below
  /// each, and S₀₁ the other way round; computed from the ranks (X. Sun and W. Xu, 2014) in time proportional
  /// to the number of distinct scores.
  ///
  /// Where all scores of one class lie on one side of the other's, the variance, and with it the interval, is
  /// 0: the sample then can't tell more than that; take it with care when examples are few.
  /// - Throws: `MetricError.outOfRange` when `level` is not between 0 and 1, or a class has fewer than two
  ///   examples.
  public func delongAUROC(level: Double = 0.95) throws(MetricError) -> MetricEstimate {
    try checkLevel(level)
    let (m, n) = (Double(outOfDistributionCount), Double(inDistributionCount))
    for (name, count) in [("out-of-distribution", m), ("in-distribution", n)] where count < 2 {
      throw .outOfRange(name: "number of \(name) examples", value: "\(Int(count))", expected: "2 or more")
    }
    let area = auroc
    // Placements: V₁₀ of an out-of-distribution example, V₀₁ of an in-distribution one.
    var (outSquares, inSquares) = (0.0, 0.0)
    var (below, above) = (n, 0.0)
    for (out, inside) in zip(outCounts, inCounts) {
      below -= Double(inside)
      let outPlacement = (below + Double(inside) / 2) / n
      let inPlacement = (above + Double(out) / 2) / m
      outSquares += Double(out) * (outPlacement - area) * (outPlacement - area)
      inSquares += Double(inside) * (inPlacement - area) * (inPlacement - area)
      above += Double(out)
    }
    let variance = outSquares / (m - 1) / m + inSquares / (n - 1) / n
    let error = variance.squareRoot()
    let reach = NormalDistribution.quantile((1 + level) / 2) * error
    return MetricEstimate(
      estimate: area, standardError: error, interval: max(0, area - reach)...min(1, area + reach),
      level: level)
  }

  func checkLevel(_ level: Double) throws(MetricError) {
    guard level > 0 && level < 1 else {
      throw .outOfRange(name: "confidence level", value: "\(level)", expected: "between 0 and 1")
    }
  }
}
