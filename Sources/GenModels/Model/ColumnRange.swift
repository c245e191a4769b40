/// What a column of a training table usually holds, for explanations.
public struct ColumnRange: Sendable, Hashable, Codable {
  /// The 5%, 50% and 95% quantiles of numbers and times; of categories the position of the most frequent name three times.
  public let low, middle, high: Double
  /// The share of training rows with a gap.
  public let missing: Double

  public init(low: Double, middle: Double, high: Double, missing: Double) {
    self.low = low
    self.middle = middle
    self.high = high
    self.missing = missing
  }
}
