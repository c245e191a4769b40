import GenModels

/// Which p-values of a batch to reject so that, of those rejected, at most the share `rate` is rejected
/// wrongly on average (the false discovery rate; Y. Benjamini and Y. Hochberg, 1995).
///
/// With the p-values sorted, p₍₁₎ ≤ … ≤ p₍ₘ₎, rejects all up to p₍ₖ₎ for the largest k with p₍ₖ₎ ≤ k · rate /
/// m. Valid for independent p-values and for conformal ones from one calibration set (S. Bates et al., 2023).
///
/// Unlike a threshold, the decision about one example depends on the others of the batch.
public enum BenjaminiHochberg {
  /// Whether each p-value is rejected.
  /// - Throws: `ThresholdError` when `rate` or a p-value is not in 0...1.
  public static func rejections(
    _ pValues: [Double], falseDiscoveryRate rate: Double
  ) throws(ThresholdError) -> [Bool] {
    guard rate >= 0 && rate <= 1 else { throw .outOfRange(name: "false discovery rate", value: rate) }
    for p in pValues where !(p >= 0 && p <= 1) { throw .outOfRange(name: "p-value", value: p) }
    let sorted = pValues.sorted()
    var limit = -1.0
    for (i, p) in sorted.enumerated() where p <= Double(i + 1) * rate / Double(sorted.count) { limit = p }
    return pValues.map { $0 <= limit }
  }

  /// The p-values adjusted for the batch: each is the smallest false discovery rate at which
  /// `rejections` has it, min over j ≥ its rank of p₍ⱼ₎ · m / j, at most 1.
  /// - Throws: `ThresholdError` when a p-value is not in 0...1.
  public static func adjusted(_ pValues: [Double]) throws(ThresholdError) -> [Double] {
    for p in pValues where !(p >= 0 && p <= 1) { throw .outOfRange(name: "p-value", value: p) }
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    var adjusted = pValues
    var smallest = 1.0
    for (rank, position) in order.enumerated().reversed() {
      smallest = min(smallest, pValues[position] * Double(pValues.count) / Double(rank + 1))
      adjusted[position] = smallest
    }
    return adjusted
  }
}
