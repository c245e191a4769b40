/// Order statistics of finite numbers.
package enum Quantiles {
  /// The quantile at `level` in 0...1 of sorted numbers, by linear interpolation between them (definition 7
  /// of R. J. Hyndman and Y. Fan, 1996; numpy's default).
  package static func interpolated(sorted: [Double], level: Double) -> Double {
    let place = Double(sorted.count - 1) * level
    let lower = Int(place)
    let share = place - Double(lower)
    guard share > 0, lower + 1 < sorted.count else { return sorted[lower] }
    return sorted[lower] + (sorted[lower + 1] - sorted[lower]) * share
  }

  /// The median of sorted numbers: the middle one, or the mean of the middle two.
  package static func median(sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    guard sorted.count % 2 == 0 else { return sorted[middle] }
    return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2
  }

  /// The median of the distances from the median.
  package static func medianAbsoluteDeviation(sorted: [Double]) -> Double {
    let centre = median(sorted: sorted)
    return median(sorted: sorted.map { abs($0 - centre) }.sorted())
  }
}
