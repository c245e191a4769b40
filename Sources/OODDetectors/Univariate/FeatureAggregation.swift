import GenModels

/// How the deviations of an example's features become its score.
public enum FeatureAggregation: String, Sendable, Hashable, Codable, CaseIterable {
  /// The largest: one feature far off is enough.
  case maximum
  /// The mean: many features slightly off count too.
  case mean

  var rule: ContributionRule { self == .maximum ? .maximum : .mean }

  /// The score of `count` deviations.
  func callAsFunction(_ deviations: UnsafePointer<Double>, _ count: Int) -> Double {
    switch self {
    case .maximum:
      var largest = deviations[0]
      for j in 1..<max(1, count) { largest = max(largest, deviations[j]) }
      return largest
    case .mean:
      var sum = 0.0
      for j in 0..<count { sum += deviations[j] }
      if sum.isFinite { return sum / Double(count) }
      return (0..<count).reduce(0) { $0 + deviations[$1] / Double(count) }.saturated
    }
  }
}
