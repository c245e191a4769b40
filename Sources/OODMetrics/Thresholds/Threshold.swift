import GenModels

/// From which score on an example counts as out-of-distribution: when score > value, or the score is NaN.
///
/// A threshold is a number with its origin. It knows no scorer; to try another one costs nothing and fits
/// nothing.
///
/// ```swift
/// let threshold = try Threshold.falsePositiveRate(0.01, of: scorer.score(normal))
/// threshold.isOutOfDistribution(score)
/// ```
public struct Threshold: Sendable, Hashable {
  public let value: Double
  /// How the value was found, for people to read: "false positive rate 0.01 on 1000 scores".
  public let origin: String

  /// A threshold set by hand.
  public init(_ value: Double, origin: String = "set by hand") {
    precondition(!value.isNaN, "A threshold can't be NaN.")
    self.value = value
    self.origin = origin
  }

  /// Whether an example with that score counts as out-of-distribution. NaN does, whatever the threshold: what can't be
  /// ranked counts as unusual (as in `ConformalCalibration.pValue`).
  public func isOutOfDistribution(_ score: Double) -> Bool { !(score <= value) }
}

extension Threshold {
  /// The quantile at `level` in 0...1 of scores, by linear interpolation (numpy's default): with the scores
  /// of normal examples, about the share `level` of normal examples passes.
  /// - Throws: `ThresholdError`.
  public static func quantile(_ level: Double, of scores: [Double]) throws(ThresholdError) -> Threshold {
    let sorted = try sorted(scores)
    try checkShare("quantile", level)
    return Threshold(
      Quantiles.interpolated(sorted: sorted, level: level),
      origin: "quantile \(level) of \(scores.count) scores")
  }

  /// The lowest of the scores that at most the share `rate` of the normal scores exceeds. On new normal
  /// examples the rate is met on average only; `ConformalCalibration` gives a guarantee.
  /// - Throws: `ThresholdError`.
  public static func falsePositiveRate(
    _ rate: Double, of normalScores: [Double]
  ) throws(ThresholdError) -> Threshold {
    let sorted = try sorted(normalScores)
    try checkShare("false positive rate", rate)
    // At most floor(rate n) scores may lie above the one chosen; ties only make it fewer.
    let above = min(sorted.count - 1, Int((rate * Double(sorted.count)).rounded(.down)))
    return Threshold(
      sorted[sorted.count - 1 - above],
      origin: "false positive rate \(rate) on \(normalScores.count) normal scores")
  }

  /// median + multiples · 1.4826 · median absolute deviation of the scores: a robust "mean + 3 sigma", 1.4826
  /// = 1/Φ⁻¹(¾) making it the standard deviation of normally distributed scores (C. Leys et al., 2013). Works
  /// on scores that are contaminated by less than half.
  /// - Throws: `ThresholdError`; for a score that is infinite, and when more than half of the scores are equal, for their
  ///   deviation is then 0.
  public static func medianAbsoluteDeviation(
    of scores: [Double], multiples: Double = 3
  ) throws(ThresholdError) -> Threshold {
    if let position = scores.firstIndex(where: { !$0.isFinite }) { throw .notFinite(position: position) }
    let sorted = try sorted(scores)
    let deviation = Quantiles.medianAbsoluteDeviation(sorted: sorted)
    guard deviation > 0 else { throw .noSpread(count: scores.count) }
    return Threshold(
      Quantiles.median(sorted: sorted) + multiples * 1.482602218505602 * deviation,
      origin: "median + \(multiples) deviations of \(scores.count) scores")
  }

  /// The quantile at 1 − contamination of the scores of the training set, which is guessed to hold that share
  /// of out-of-distribution examples: flags that share of the training set (scikit-learn's and PyOD's
  /// convention), and every score of +∞, a density of 0.
  ///
  /// Scores of methods that look at neighbours must be those of rows that don't count themselves:
  /// `TableScorer.calibrationScores(training:)` gives these.
  /// - Throws: `ThresholdError`.
  public static func contamination(
    _ contamination: Double, of trainingScores: [Double]
  ) throws(ThresholdError) -> Threshold {
    try checkShare("contamination", contamination)
    let threshold = try quantile(1 - contamination, of: trainingScores)
    return Threshold(
      min(threshold.value, .greatestFiniteMagnitude),
      origin: "contamination \(contamination) of \(trainingScores.count) training scores")
  }

  private static func checkShare(_ name: String, _ share: Double) throws(ThresholdError) {
    guard share >= 0 && share <= 1 else { throw .outOfRange(name: name, value: share) }
  }

  /// The scores, ascending, once they are seen to be numbers and at least one. They may be infinite.
  static func sorted(_ scores: [Double]) throws(ThresholdError) -> [Double] {
    guard !scores.isEmpty else { throw .noScores }
    if let position = scores.firstIndex(where: \.isNaN) { throw .notFinite(position: position) }
    return scores.sorted()
  }
}
