extension Matrix {
  /// Checks a table to fit to: at least one column, at least `rows` rows (needed for `reason`, which ends a
  /// sentence: "to estimate a variance"), every entry finite.
  public func checkTraining(rows needed: Int = 1, _ reason: String = "to fit anything") throws(TableError) {
    guard columns > 0 else { throw .noColumns }
    guard rows >= needed else { throw .tooFewRows(found: rows, needed: needed, reason: reason) }
    try checkFinite()
  }

  /// Checks a table to score: `expected` columns, every entry finite. A table without rows is fine.
  public func checkFeatures(_ expected: Int) throws(TableError) {
    guard columns == expected else { throw .wrongColumnCount(found: columns, expected: expected) }
    try checkFinite()
  }

  private func checkFinite() throws(TableError) {
    let position = withUnsafeElements { elements in elements.firstIndex { !$0.isFinite } }
    guard let position else { return }
    throw .notFinite(
      row: position / columns, column: position % columns,
      value: withUnsafeElements { elements in elements[position] })
  }
}

extension Matrix {
  /// Checks that the distance between a column's smallest and largest entry is a finite number.
  package func checkRanges() throws(TableError) {
    for j in 0..<columns {
      var (low, high) = (Double.infinity, -Double.infinity)
      withUnsafeElements { elements in
        for i in 0..<rows {
          low = min(low, elements[i * columns + j])
          high = max(high, elements[i * columns + j])
        }
      }
      guard (high - low).isFinite else { throw .rangeTooWide(column: j, low: low, high: high) }
    }
  }
}
