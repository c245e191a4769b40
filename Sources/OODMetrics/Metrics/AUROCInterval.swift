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
  /// The area under the ROC curve with the standard error of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (1988)
  /// and a confidence interval that holds near 1 and with few examples, where estimate ± z · standard error does not.
  ///
  /// The error's square is S₁₀/m + S₀₁/n, with S₁₀ the variance over the m out-of-distribution examples of the share of
  /// in-distribution ones below each, and S₀₁ the other way round; computed from the ranks (X. Sun and W. Xu, 2014) in
  /// time proportional to the number of distinct scores.
  ///
  /// The interval is a score interval, as E. B. Wilson's for proportions: the areas θ with |estimate − θ| ≤ z √V(θ). V is
  /// the variance of J. A. Hanley and B. J. McNeil (1982) in R. G. Newcombe's symmetric form (2006, method 5), with its two
  /// parts multiplied by DeLong's over Hanley and McNeil's at the estimate, S₁₀/h and S₀₁/h. These ratios are drawn towards
  /// 1 as by two more examples, since they are known from about e = 2 · min(A, 1 − A) · m (or n) examples only: those in
  /// the wrong order. So the interval is DeLong's for many examples, Newcombe's where hardly any is in the wrong order,
  /// and has a width even where none is. There, towards 1, the area can't lie beyond, and z is up to 8% smaller.
  ///
  /// By simulation, the 95% interval covers the truth of normal scores of one spread with a frequency between .93 and .97, for
  /// areas from .5 to .99 and 10 to 1,000 examples a class (estimate ± z · standard error: from .39 on). Where the classes'
  /// spreads differ by a factor of two, or scores are exponential, it is between .93 and .98 from 100 examples a class on,
  /// and between .88 and .99 where one class has 10 (estimate ± z · standard error: from .26 on).
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
    let (outVariance, inVariance) = (outSquares / (m - 1), inSquares / (n - 1))
    let interval = AUROCScoreInterval(
      area: area, outCount: m, inCount: n, outVariance: outVariance, inVariance: inVariance,
      z: NormalDistribution.quantile((1 + level) / 2))
    return MetricEstimate(
      estimate: area, standardError: (outVariance / m + inVariance / n).squareRoot(),
      interval: interval.bounds,
      level: level)
  }

  func checkLevel(_ level: Double) throws(MetricError) {
    guard level > 0 && level < 1 else {
      throw .outOfRange(name: "confidence level", value: "\(level)", expected: "between 0 and 1")
    }
  }
}
