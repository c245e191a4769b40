/// What is done about numbers whose squares a double can't hold: a method that squares differences takes training
/// tables within these bounds, and rows to score of any size.
package enum Magnitudes {
  /// Entries up to which the squares of differences, and sums of them, can't overflow.
  package static let largest = 1e150
  /// Spreads from which on squares don't vanish.
  package static let smallestSpread = 1e-150
  /// A power of two that brings every finite number, and every difference of two, to where squares are finite.
  package static let shrinking = 0x1p-520
}

extension Double {
  /// The number itself; the greatest finite one of its sign where a result is beyond it. So a score that no double
  /// can hold still ranks above the others.
  package var saturated: Double {
    isInfinite ? (self < 0 ? -Double.greatestFiniteMagnitude : Double.greatestFiniteMagnitude) : self
  }
}

extension Double {
  /// The number times 2^exponent.
  package func scaled(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: self)
  }
}

extension Matrix {
  /// The rows with an entry so large that squares of differences may overflow.
  package func farRows() -> [Int] {
    withUnsafeElements { elements in
      guard elements.contains(where: { abs($0) > Magnitudes.largest }) else { return [] }
      return (0..<rows).filter { i in
        elements[i * columns..<(i + 1) * columns].contains { abs($0) > Magnitudes.largest }
      }
    }
  }

  /// The same rows, but those of these numbers zero.
  package func zeroing(_ numbers: [Int]) -> Matrix {
    var copy = self
    for i in numbers {
      for k in 0..<columns { copy[i, k] = 0 }
    }
    return copy
  }

  /// Checks the entries of a training table for a method that squares differences.
  package func checkMagnitudes() throws(TableError) {
    let position = withUnsafeElements { $0.firstIndex { abs($0) > Magnitudes.largest } }
    guard let position else { return }
    throw .tooLarge(
      row: position / columns, column: position % columns, value: withUnsafeElements { $0[position] })
  }

  /// Checks a training table for a method that squares differences between rows: no entry is too large, and the
  /// columns don't all vary by so little that squares vanish.
  package func checkDistances() throws(TableError) {
    try checkMagnitudes()
    let ranges = columnRanges()
    let spreads = ranges.map { $0.high - $0.low }
    guard let widest = spreads.indices.max(by: { spreads[$0] < spreads[$1] }) else { return }
    if spreads[widest] > 0, spreads[widest] < Magnitudes.smallestSpread {
      throw .spreadTooSmall(column: widest, low: ranges[widest].low, high: ranges[widest].high)
    }
  }

  /// Checks a training table for a method that divides by each column's variance: no entry is too large, and every
  /// column is constant or varies by enough for its square not to vanish.
  package func checkVariances() throws(TableError) {
    try checkMagnitudes()
    for (column, range) in columnRanges().enumerated() {
      let spread = range.high - range.low
      if spread > 0, spread < Magnitudes.smallestSpread {
        throw .spreadTooSmall(column: column, low: range.low, high: range.high)
      }
    }
  }

  /// The smallest and the largest entry of each column; of tables without rows, infinities.
  package func columnRanges() -> [(low: Double, high: Double)] {
    var lows = [Double](repeating: .infinity, count: columns)
    var highs = [Double](repeating: -.infinity, count: columns)
    withUnsafeElements { elements in
      lows.withUnsafeMutableBufferPointer { lows in
        highs.withUnsafeMutableBufferPointer { highs in
          for i in 0..<rows {
            for j in 0..<columns {
              let value = elements[i * columns + j]
              lows[j] = value < lows[j] ? value : lows[j]
              highs[j] = value > highs[j] ? value : highs[j]
            }
          }
        }
      }
    }
    return (0..<columns).map { (lows[$0], highs[$0]) }
  }

  /// The value of a column that is the same in all rows (of weight above 0); nil where two rows differ.
  ///
  /// This is what "constant" means throughout: smallest entry equal to largest. A cut on the variance would take
  /// columns of large offset and small spread for constant, and constants whose mean is rounded for varying.
  package func constantValue(ofColumn j: Int, weights: [Double]? = nil) -> Double? {
    withUnsafeElements { elements in
      var found: Double?
      for i in 0..<rows where weights.map({ $0[i] > 0 }) ?? true {
        let value = elements[i * columns + j]
        if let found, found != value { return nil }
        found = value
      }
      return found
    }
  }
}

/// Throws unless there is memory for so many numbers, whose number comes from the size of a table.
package func checkMemory(numbers: Double, for what: String) throws(TableError) {
  guard !MemoryPool.canProvide(bytes: 8 * numbers) else { return }
  throw .tooLittleMemory(bytes: 8 * numbers, what: what)
}
