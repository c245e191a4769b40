/// Means and variances of a table's columns, in two passes over fixed chunks of rows.
package struct ColumnMoments: Sendable {
  package let means: [Double]
  /// Mean squared distances from the mean (divided by n).
  package let variances: [Double]

  /// The moments of a table with at least one row.
  package init(_ x: Matrix) {
    let n = Double(x.rows)
    means = Self.columnSums(x) { row, _, sums in
      for (j, value) in row.enumerated() { sums[j] += value }
    }.map { $0 / n }
    let centre = means
    variances = Self.columnSums(x) { row, _, sums in
      for (j, value) in row.enumerated() { sums[j] += (value - centre[j]) * (value - centre[j]) }
    }.map { $0 / n }
  }

  /// Standard deviations (divided by n), with 1 for columns that are constant to rounding: their mean may
  /// miss the constant by a few units in the last place.
  package var scales: [Double] {
    zip(means, variances).map { mean, variance in
      let rounding = 1e-15 * abs(mean)
      return variance <= rounding * rounding * 100 ? 1 : variance.squareRoot()
    }
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
