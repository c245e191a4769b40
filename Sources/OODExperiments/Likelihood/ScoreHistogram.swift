/// Scores of several sets counted in common bins of equal width.
public struct ScoreHistogram: Codable, Sendable, Hashable {
  /// The ends of the bins' range.
  public var low, high: Double
  /// Counts of each set, by bin.
  public var counts: [[Int]]
  /// How many scores of each set lie below and above the range.
  public var below, above: [Int]

  /// Counts finite scores in bins from the 0.5% to the 99.5% quantile of all sets together, so that a few extreme scores don't
  /// squeeze all others into one bin; how many lie outside is kept.
  public init(_ sets: [[Double]], bins: Int = 60) {
    precondition(bins >= 1, "A histogram has at least one bin, and \(bins) were asked for.")
    let pooled = sets.flatMap { $0 }.filter(\.isFinite).sorted()
    var (low, high) = (0.0, 1.0)
    if let first = pooled.first, let last = pooled.last {
      let margin = pooled.count / 200
      (low, high) = (pooled[margin], pooled[pooled.count - 1 - margin])
      if low == high { (low, high) = (first, last) }
      if low == high { (low, high) = (first - 0.5, first + 0.5) }
    }
    self.low = low
    self.high = high
    below = sets.map { set in set.count { $0 < low } }
    above = sets.map { set in set.count { !($0 <= high) } }
    counts = sets.map { set in
      var counts = [Int](repeating: 0, count: bins)
      for score in set where score >= low && score <= high {
        counts[min(bins - 1, Int((score - low) / (high - low) * Double(bins)))] += 1
      }
      return counts
    }
  }
}
