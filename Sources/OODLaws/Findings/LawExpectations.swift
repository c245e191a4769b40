/// What may be asked of a model beyond what its capabilities promise, and what is known of it that laws must allow for. What is not set
/// is the strictest.
public struct LawExpectations: Sendable {
  /// The least share of examples that have scores of their own.
  public var leastDistinctShare = 0.3
  /// How far an example's answer may differ between batches: 0 for the same bits, else relative to max(1, |answer|).
  public var batchTolerance = 0.0
  /// Whether NaN in an example is a gap that the model fills.
  public var acceptsGaps = false
  /// Whether a finite example's score may be infinite, as where a density is 0.
  public var mayBeInfinite = false
  /// Whether the model is asked about examples far from any it knows: constants up to ±10³⁰.
  public var triesExtremes = true
  /// Random single bits that are flipped in the model's file.
  public var flips = 400

  public init() {}
}
