import CKernels
import GenModels

/// Scores with the truth about them, ranked once; every metric is read from the ranking.
///
/// ```swift
/// let ranking = try ScoreRanking(inDistribution: scoresOfTestSet, outOfDistribution: scoresOfOtherSet)
/// ranking.auroc
/// try ranking.falsePositiveRate(atTruePositiveRate: 0.95, positive: .outOfDistribution)
/// try ranking.averagePrecision(positive: .inDistribution)
/// ```
///
/// Higher scores mean "more out-of-distribution"; infinite ones rank above, or below, all others (a density of 0 has the
/// score +∞). Equal scores are one step of every curve: no order among
/// them is assumed, so nothing depends on the order that examples were given in.
///
/// Thresholds follow the rule "flag when score ≥ threshold" and run from high to low.
public struct ScoreRanking: Sendable {
  /// The distinct scores, descending.
  public let thresholds: [Double]
  /// How many out-of-distribution examples have each of these scores.
  let outCounts: [Int]
  /// How many in-distribution examples have each of these scores.
  let inCounts: [Int]
  /// Number of in-distribution examples.
  public let inDistributionCount: Int
  /// Number of out-of-distribution examples.
  public let outOfDistributionCount: Int

  /// The ranking of scores with one label each.
  /// - Throws: `MetricError` when a class is missing, a score is NaN, or the counts differ.
  public init(_ scores: [Double], isOutOfDistribution: [Bool]) throws(MetricError) {
    self.init(try SortedScores.checked(scores, isOutOfDistribution))
  }

  /// The ranking of two sets of scores.
  /// - Throws: `MetricError` when one is empty, or a score is NaN. Positions count through the
  ///   in-distribution scores first.
  public init(inDistribution: [Double], outOfDistribution: [Double]) throws(MetricError) {
    try self.init(
      inDistribution + outOfDistribution,
      isOutOfDistribution: Array(repeating: false, count: inDistribution.count)
        + Array(repeating: true, count: outOfDistribution.count))
  }

  init(thresholds: [Double], outCounts: [Int], inCounts: [Int]) {
    self.thresholds = thresholds
    self.outCounts = outCounts
    self.inCounts = inCounts
    inDistributionCount = inCounts.reduce(0, +)
    outOfDistributionCount = outCounts.reduce(0, +)
  }

  /// Merges the two sorted classes, from the highest key down.
  private init(_ sorted: SortedScores) {
    var keys: [UInt64] = []
    var outCounts: [Int] = []
    var inCounts: [Int] = []
    var (i, o) = (sorted.boundary - 1, sorted.count - 1)
    while i >= 0 || o >= sorted.boundary {
      var key: UInt64 = 0
      if i >= 0 { key = sorted.keys[i] }
      if o >= sorted.boundary { key = max(key, sorted.keys[o]) }
      let (inBefore, outBefore) = (i, o)
      while i >= 0 && sorted.keys[i] == key { i -= 1 }
      while o >= sorted.boundary && sorted.keys[o] == key { o -= 1 }
      keys.append(key)
      inCounts.append(inBefore - i)
      outCounts.append(outBefore - o)
    }
    let thresholds = [Double](unsafeUninitializedCapacity: keys.count) { buffer, count in
      keys.withUnsafeBufferPointer {
        if let keys = $0.baseAddress {
          ood_active_kernels().pointee.sort.numbers(keys, $0.count, buffer.baseAddress!)
        }
      }
      count = keys.count
    }
    self.init(thresholds: thresholds, outCounts: outCounts, inCounts: inCounts)
  }

  /// Number of examples.
  public var count: Int { inDistributionCount + outOfDistributionCount }

  /// The area under the ROC curve, as `ScoreRanking.auroc(_:isOutOfDistribution:)`.
  public var auroc: Double {
    var twicePairs = 0
    var below = inDistributionCount
    for (out, inside) in zip(outCounts, inCounts) {
      below -= inside
      twicePairs += out * (2 * below + inside)
    }
    return Double(twicePairs) / (2 * Double(inDistributionCount) * Double(outOfDistributionCount))
  }

  /// Counts of the positive and the negative class at each score, from the most positive score on.
  func steps(positive: PositiveClass) -> [(threshold: Double, positives: Int, negatives: Int)] {
    switch positive {
    case .outOfDistribution:
      thresholds.indices.map { (thresholds[$0], outCounts[$0], inCounts[$0]) }
    case .inDistribution:
      thresholds.indices.reversed().map { (thresholds[$0], inCounts[$0], outCounts[$0]) }
    }
  }

  func positiveCount(_ positive: PositiveClass) -> Int {
    positive == .outOfDistribution ? outOfDistributionCount : inDistributionCount
  }
}
