/// What a column of a training table usually holds, for explanations.
public struct ColumnRange: Sendable, Hashable, Codable {
  /// The 5%, 50% and 95% quantiles of numbers and times; of categories the position of the most frequent name three times.
  public let low, middle, high: Double
  /// The share of training rows with a gap.
  public let missing: Double

  /// Of a column without a number all are 0.
  init(_ column: [Double], kind: ColumnKind) {
    let present = column.filter { !$0.isNaN }.sorted()
    missing = column.isEmpty ? 0 : Double(column.count - present.count) / Double(column.count)
    guard !present.isEmpty else {
      (low, middle, high) = (0, 0, 0)
      return
    }
    if case .category = kind {
      let common = Self.mostFrequent(sorted: present)
      (low, middle, high) = (common, common, common)
    } else {
      low = Quantiles.interpolated(sorted: present, level: 0.05)
      middle = Quantiles.median(sorted: present)
      high = Quantiles.interpolated(sorted: present, level: 0.95)
    }
  }

  /// The most frequent of some numbers, the least of them where several are.
  static func mostFrequent(sorted: [Double]) -> Double {
    var (best, bestCount, start) = (sorted[0], 0, 0)
    for end in 1...sorted.count where end == sorted.count || sorted[end] != sorted[start] {
      if end - start > bestCount { (best, bestCount) = (sorted[start], end - start) }
      start = end
    }
    return best
  }
}
