extension ColumnRange {
  /// The range of a training table's column; of one without a number all are 0.
  init(_ column: [Double], kind: ColumnKind) {
    let present = column.filter { !$0.isNaN }.sorted()
    let missing = column.isEmpty ? 0 : Double(column.count - present.count) / Double(column.count)
    if present.isEmpty {
      self.init(low: 0, middle: 0, high: 0, missing: missing)
    } else if case .category = kind {
      let common = Self.mostFrequent(sorted: present)
      self.init(low: common, middle: common, high: common, missing: missing)
    } else {
      self.init(
        low: Quantiles.interpolated(sorted: present, level: 0.05), middle: Quantiles.median(sorted: present),
        high: Quantiles.interpolated(sorted: present, level: 0.95), missing: missing)
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
