/// Agreement of two rankings.
public enum RankCorrelation {
  /// Spearman's rank correlation: Pearson's correlation of ranks, where equal numbers share the mean of their ranks (C. Spearman, 1904).
  ///
  /// From −1 (opposite) to 1 (the same order). O(n log n).
  /// - Throws: `MetricError` for lists of different lengths, NaN, fewer than two numbers, and a list of equal numbers, which has no
  ///   order.
  public static func spearman(_ a: [Double], _ b: [Double]) throws(MetricError) -> Double {
    guard a.count == b.count else { throw .labelCount(scores: a.count, labels: b.count) }
    guard a.count >= 2 else {
      throw .outOfRange(name: "number of scores", value: "\(a.count)", expected: "at least 2")
    }
    let (x, y) = (try ranks(a), try ranks(b))
    // The mean rank is (n − 1)/2 whatever the ties.
    let middle = Double(a.count - 1) / 2
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (first, second) in zip(x, y) {
      xx += (first - middle) * (first - middle)
      yy += (second - middle) * (second - middle)
      xy += (first - middle) * (second - middle)
    }
    guard xx > 0 && yy > 0 else {
      throw .outOfRange(
        name: "spread of the scores", value: "0", expected: "above 0: equal scores have no order")
    }
    return xy / (xx.squareRoot() * yy.squareRoot())
  }

  /// The rank of each number, from 0, equal ones sharing the mean of theirs.
  /// - Throws: `MetricError.notFinite` for NaN.
  public static func ranks(_ numbers: [Double]) throws(MetricError) -> [Double] {
    if let position = numbers.firstIndex(where: \.isNaN) { throw .notFinite(position: position) }
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }
}
