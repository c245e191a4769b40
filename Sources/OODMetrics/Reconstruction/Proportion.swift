import GenModels

/// A number of successes in a number of independent trials.
public struct Proportion: Sendable, Hashable {
  public let successes: Int
  public let trials: Int

  /// Traps unless there is at least one trial and successes lie in 0...trials.
  public init(successes: Int, trials: Int) {
    precondition(
      trials >= 1 && successes >= 0 && successes <= trials,
      "There are no \(successes) successes in \(trials) trials.")
    self.successes = successes
    self.trials = trials
  }

  /// successes / trials.
  public var share: Double { Double(successes) / Double(trials) }

  /// √(p (1 − p) / n).
  public var standardError: Double { (share * (1 - share) / Double(trials)).squareRoot() }

  /// The score interval of E. B. Wilson (1927) without continuity correction:
  /// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), with z the normal quantile at (1 + level)/2.
  ///
  /// Unlike p ± z·error it stays in 0...1 and has a width when all or none succeed.
  /// - Throws: `MeasureError.outOfRange` when `level` is not between 0 and 1.
  public func wilsonInterval(level: Double = 0.95) throws(MeasureError) -> ClosedRange<Double> {
    try requireConfidence(level)
    return wilsonInterval(checkedLevel: level)
  }

  func wilsonInterval(checkedLevel level: Double) -> ClosedRange<Double> {
    let (n, p) = (Double(trials), share)
    let z = NormalDistribution.quantile((1 + level) / 2)
    let scale = 1 + z * z / n
    let centre = (p + z * z / (2 * n)) / scale
    let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
    // The bounds at 0 and n successes are exactly 0 and 1; rounding would put p outside.
    let low = successes == 0 ? 0 : min(p, max(0, centre - reach))
    let high = successes == trials ? 1 : max(p, min(1, centre + reach))
    return low...high
  }

  /// The proportion with its standard error and Wilson's interval, for a level that was checked.
  func estimate(checkedLevel level: Double) -> MetricEstimate {
    MetricEstimate(
      estimate: share, standardError: standardError, interval: wilsonInterval(checkedLevel: level),
      level: level)
  }
}
