import GenModels

/// The rates of reconstruction of one model at one threshold, with confidence intervals.
///
/// **Rates** have Wilson's score interval (`Proportion.wilsonInterval`). **Differences** have R. G.
/// Newcombe's (1998, method 10), which combines the Wilson intervals [l, u] of both rates:
/// Δ − √((p₁ − l₁)² + (u₂ − p₂)²) ... Δ + √((u₁ − p₁)² + (p₂ − l₂)²).
/// For the **mean** over control sets the same is done for the linear combination IRR − (1/K) Σ ORRₖ (G. Y. Zou, W. Huang and X. Zhang, 2009), which for K = 1 is
/// Newcombe's. For the **minimum** the lower bound is the smallest lower bound of the differences at the
/// level, and the upper bound the smallest upper bound at 1 − (1 − level)/K: the first fails only if the
/// interval of the set that attains the true minimum fails, the second only if one of K does, so the interval
/// covers at least as often as those of the differences.
///
/// Examples are taken as independent draws; the intervals say nothing about another training of the model,
/// nor about a θ that was chosen on the same examples.
public struct ReconstructionRates: Sendable, Hashable {
  /// A control set's rate and its difference from the in-class rate.
  public struct Control: Sendable, Hashable {
    public let name: String
    /// How many examples of the set are reconstructed.
    public let counts: Proportion
    /// ORR: the share of spurious modes, as far as the set samples them.
    public let outOfClass: MetricEstimate
    /// Δ = IRR − ORR, in −1...1.
    public let delta: MetricEstimate
  }

  /// θ.
  public let threshold: Double
  /// The intervals' confidence.
  public let level: Double
  /// How many in-class examples are reconstructed.
  public let inClassCounts: Proportion
  /// IRR; 1 − IRR is the share of missing modes.
  public let inClass: MetricEstimate
  /// One for each control set, in the order given.
  public let controls: [Control]
  /// The mean of Δ over the control sets.
  public let meanDelta: MetricEstimate
  /// The minimum of Δ over the control sets. Its standard error is that of the set that attains it.
  public let minimumDelta: MetricEstimate

  init(threshold: Double, level: Double, inClass: Proportion, controls: [(String, Proportion)]) {
    self.threshold = threshold
    self.level = level
    inClassCounts = inClass
    self.inClass = inClass.estimate(checkedLevel: level)
    self.controls = controls.map { name, counts in
      Control(
        name: name, counts: counts, outOfClass: counts.estimate(checkedLevel: level),
        delta: Self.difference(inClass, [counts], level))
    }
    let sets = controls.map(\.1)
    meanDelta = Self.difference(inClass, sets, level)
    let smallest = self.controls.map(\.delta).min { $0.estimate < $1.estimate }!
    let wideLevel = 1 - (1 - level) / Double(sets.count)
    let upper = sets.map { Self.difference(inClass, [$0], wideLevel).interval.upperBound }.min()!
    let lower = self.controls.map(\.delta.interval.lowerBound).min()!
    minimumDelta = MetricEstimate(
      estimate: smallest.estimate, standardError: smallest.standardError, interval: lower...upper,
      level: level)
  }

  /// IRR − (1/K) Σ ORRₖ.
  private static func difference(_ first: Proportion, _ others: [Proportion], _ level: Double)
    -> MetricEstimate
  {
    let weight = 1 / Double(others.count)
    let estimate = others.map { delta(first, $0) }.reduce(0, +) * weight
    let own = first.wilsonInterval(checkedLevel: level)
    var variance = first.standardError * first.standardError
    var below = squared(first.share - own.lowerBound)
    var above = squared(own.upperBound - first.share)
    for other in others {
      let interval = other.wilsonInterval(checkedLevel: level)
      variance += squared(weight * other.standardError)
      below += squared(weight * (interval.upperBound - other.share))
      above += squared(weight * (other.share - interval.lowerBound))
    }
    return MetricEstimate(
      estimate: estimate, standardError: variance.squareRoot(),
      interval: max(-1, estimate - below.squareRoot())...min(1, estimate + above.squareRoot()), level: level)
  }

  /// a/n − b/m with one rounding, so that equal differences are equal numbers.
  static func delta(_ a: Proportion, _ b: Proportion) -> Double {
    Double(a.successes * b.trials - b.successes * a.trials) / Double(a.trials * b.trials)
  }

  private static func squared(_ x: Double) -> Double { x * x }
}
