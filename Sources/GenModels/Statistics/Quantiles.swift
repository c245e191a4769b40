/// Order statistics of numbers that are not NaN.
package enum Quantiles {
  /// low + (high − low) · share, for 0 < share < 1; an infinite end draws everything beyond the other to itself.
  private static func between(_ low: Double, _ high: Double, _ share: Double) -> Double {
    if low == high { return low }
    let distance = high - low
    if distance.isFinite { return low + distance * share }
    if low.isFinite && high.isFinite { return low * (1 - share) + high * share }
    // From −∞ to a finite number everything between is −∞, from a finite one to ∞ it is ∞.
    return low.isFinite ? high : low
  }

  /// The quantile at `level` in 0...1 of sorted numbers, by linear interpolation between them (definition 7
  /// of R. J. Hyndman and Y. Fan, 1996; numpy's default).
  package static func interpolated(sorted: [Double], level: Double) -> Double {
    let place = Double(sorted.count - 1) * level
    let lower = Int(place)
    let share = place - Double(lower)
    guard share > 0, lower + 1 < sorted.count else { return sorted[lower] }
    return between(sorted[lower], sorted[lower + 1], share)
  }

  /// The median of sorted numbers: the middle one, or the mean of the middle two.
  package static func median(sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    guard sorted.count % 2 == 0 else { return sorted[middle] }
    return between(sorted[middle - 1], sorted[middle], 0.5)
  }

  /// The median of the distances from the median.
  package static func medianAbsoluteDeviation(sorted: [Double]) -> Double {
    let centre = median(sorted: sorted)
    return median(sorted: sorted.map { abs($0 - centre) }.sorted()).saturated
  }
}
