/// Means and standard deviations of a table's columns, in two passes over fixed chunks of rows.
package struct ColumnMoments: Sendable {
  /// Means; of a constant column, its value.
  package private(set) var means: [Double]
  /// Root mean squared distances from the mean (divided by n); 0 for constant columns, and for no other.
  package private(set) var deviations: [Double]

  /// The moments of a table with at least one row.
  package init(_ x: Matrix) {
    let n = Double(x.rows)
    let centre = Self.columnSums(x) { row, _, sums in
      for (j, value) in row.enumerated() { sums[j] += value }
    }.map { $0 / n }
    let variances = Self.columnSums(x) { row, _, sums in
      for (j, value) in row.enumerated() { sums[j] += (value - centre[j]) * (value - centre[j]) }
    }.map { $0 / n }
    means = centre
    deviations = variances.map { $0.squareRoot() }
    for j in means.indices {
      // What rounding leaves of the variance of a constant, and squares that vanish or overflow.
      let rounding = n * 0x1p-52 * abs(centre[j])
      let isPlain = variances[j].isFinite && variances[j] > 1e-280 && deviations[j] > rounding
      if !isPlain { (means[j], deviations[j]) = Self.scaledMoments(x.column(j)) }
    }
  }

  /// Standard deviations, with 1 for constant columns.
  package var scales: [Double] { deviations.map { $0 > 0 ? $0 : 1 } }

  /// Mean and deviation, computed on numbers scaled by powers of two so that nothing overflows or vanishes.
  private static func scaledMoments(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let largest = values.reduce(0) { max($0, abs($1)) }
    if values.allSatisfy({ $0 == values[0] }) { return (values[0], 0) }
    let scale = powerOfTwo(near: largest)
    let n = Double(values.count)
    let scaled = values.map { $0 / scale }
    // The mean of the distances from one of the numbers keeps the digits that a large offset would take.
    let mean = scaled[0] + scaled.reduce(0) { $0 + ($1 - scaled[0]) } / n
    let spread = powerOfTwo(near: scaled.reduce(0) { max($0, abs($1 - mean)) })
    let square = scaled.reduce(0) { $0 + (($1 - mean) / spread) * (($1 - mean) / spread) } / n
    let deviation = (square.squareRoot() * spread * scale).saturated
    return ((mean * scale).saturated, max(deviation, Double.leastNonzeroMagnitude))
  }

  /// A power of two of about the number's size, far enough from the ends that its inverse is one too.
  private static func powerOfTwo(near number: Double) -> Double {
    guard number > 0 else { return 1 }
    return Double(sign: .plus, exponent: min(1000, max(-1000, Int(number.exponent))), significand: 1)
  }

  /// For each column, the sum over rows of what `add` puts into `sums`, chunk by chunk, chunks in order.
  package static func columnSums(
    _ x: Matrix,
    _ add: @Sendable (UnsafeBufferPointer<Double>, Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) -> [Double] {
    let grain = 4096
    let chunks = (x.rows + grain - 1) / grain
    var partial = [Double](repeating: 0, count: chunks * x.columns)
    partial.withUnsafeMutableBufferPointer { partial in
      nonisolated(unsafe) let partial = partial
      x.withUnsafeElements { elements in
        nonisolated(unsafe) let elements = elements
        parallelFor(x.rows, grain: grain) { range in
          let chunk = range.lowerBound / grain
          let sums = UnsafeMutableBufferPointer(
            rebasing: partial[chunk * x.columns..<(chunk + 1) * x.columns])
          for i in range {
            add(UnsafeBufferPointer(rebasing: elements[i * x.columns..<(i + 1) * x.columns]), i, sums)
          }
        }
      }
    }
    var sums = [Double](repeating: 0, count: x.columns)
    for chunk in 0..<chunks {
      for j in 0..<x.columns { sums[j] += partial[chunk * x.columns + j] }
    }
    return sums
  }
}
