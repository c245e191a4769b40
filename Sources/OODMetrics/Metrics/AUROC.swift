import GenModels

extension ScoreRanking {
  /// The area under the ROC curve: the probability that an out-of-distribution example scores higher than an
  /// in-distribution one, where equal scores count half (H. B. Mann and D. R. Whitney, 1947). The same for
  /// both positive classes.
  ///
  /// Exact to the rounding of one division: pairs are counted in integers. Sorts by radix on all threads; 8
  /// bytes of memory a score. To get several metrics of the same scores, make a `ScoreRanking`.
  /// - Throws: `MetricError` when a class is missing, a score is NaN, or the counts differ.
  public static func auroc(_ scores: [Double], isOutOfDistribution: [Bool]) throws(MetricError) -> Double {
    let sorted = try SortedScores.checked(scores, isOutOfDistribution)
    let pairs = 2 * Double(sorted.boundary) * Double(sorted.count - sorted.boundary)
    return Double(sorted.twiceOrderedPairs) / pairs
  }
}

extension SortedScores {
  /// The sorted scores with in-distribution ones as class 0, once both classes are seen to be there.
  static func checked(_ scores: [Double], _ isOutOfDistribution: [Bool]) throws(MetricError) -> SortedScores {
    guard scores.count == isOutOfDistribution.count else {
      throw .labelCount(scores: scores.count, labels: isOutOfDistribution.count)
    }
    let outcome = scores.withUnsafeBufferPointer { scores in
      isOutOfDistribution.withUnsafeBytes { labels in
        Result { () throws(MetricError) in
          // A Bool is a byte that holds 0 or 1.
          try SortedScores(scores, classes: labels.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
      }
    }
    let sorted = try outcome.get()
    guard sorted.boundary < sorted.count else { throw .noOutOfDistributionExamples(count: scores.count) }
    guard sorted.boundary > 0 else { throw .noInDistributionExamples(count: scores.count) }
    return sorted
  }
}
