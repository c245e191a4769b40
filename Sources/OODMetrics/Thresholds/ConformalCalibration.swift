import GenModels

/// Split-conformal p-values: how unusual a score is among those of normal examples that the scorer was not
/// fitted to.
///
/// ```swift
/// let calibration = try ConformalCalibration(scorer.score(heldOutNormalExamples))
/// try calibration.pValues(scorer.score(new))       // small: out-of-distribution
/// ```
///
/// The p-value of score s is (1 + #{calibration scores ≥ s}) / (n + 1). If a new example is normal
/// (exchangeable with the calibration examples), then P(p ≤ α) ≤ α for every α, whatever the scorer, the data
/// and n (V. Vovk, A. Gammerman and G. Shafer, 2005; R. Laxhammar and G. Falkman, 2010). The guarantee needs
/// examples that took no part in fitting.
public struct ConformalCalibration: Sendable, Hashable {
  /// Scores of the calibration examples, ascending.
  public let scores: [Double]

  /// - Throws: `ThresholdError` when there is no score, or one is NaN.
  public init(_ scores: [Double]) throws(ThresholdError) {
    self.scores = try Threshold.sorted(scores)
  }

  /// The p-value of a score, between 1 / (n + 1) and 1. NaN gives 1 / (n + 1), that of the highest score:
  /// what can't be ranked counts as unusual.
  public func pValue(_ score: Double) -> Double {
    let below = score.isNaN ? scores.count : scores.partitionPoint { $0 >= score }
    return Double(1 + scores.count - below) / Double(scores.count + 1)
  }

  /// The p-value of each score.
  public func pValues(_ scores: [Double]) -> [Double] { scores.map(pValue) }

  /// The threshold with `isOutOfDistribution(s)` exactly when `pValue(s) ≤ level`: the ⌈(n + 1)(1 −
  /// level)⌉-th smallest calibration score. A new normal example is flagged with probability at most `level`.
  /// - Throws: `ThresholdError` when `level` is not in 0...1, or is below 1 / (n + 1).
  public func threshold(level: Double) throws(ThresholdError) -> Threshold {
    guard level >= 0 && level <= 1 else { throw .outOfRange(name: "level", value: level) }
    // p ≤ level means that at most `above` calibration scores are ≥ s. Divided as p-values are, so that the
    // two agree.
    let all = Double(scores.count + 1)
    var above = Int(level * all)
    while Double(above + 1) / all > level && above >= 0 { above -= 1 }
    guard above >= 0 else {
      throw .tooFewScores(
        count: scores.count, needed: level > 0 ? Int((1 / level).rounded(.up)) - 1 : .max, level: level)
    }
    let origin = "conformal level \(level) with \(scores.count) scores"
    guard above < scores.count else { return Threshold(-.infinity, origin: origin) }
    return Threshold(scores[scores.count - 1 - above], origin: origin)
  }
}
