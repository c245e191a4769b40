import GenModels

/// The threshold with the largest Δ.
public struct BestThreshold: Sendable, Hashable {
  /// The largest of the best θ: every θ above `lowerBound` and up to this one has the same rates. It is an
  /// error of some example, so a 32-bit θ holds it exactly when errors are computed in 32 bits.
  public let threshold: Double
  /// The best θ are above this error; −∞ when no θ gives a Δ above 0, and it is best to reconstruct nothing.
  public let lowerBound: Double
  /// The largest Δ, 0 or above.
  public let delta: Double
}

extension ReconstructionComparison {
  /// The θ that maximises Δ for one control set, or the mean or the minimum of Δ over all; of several, the
  /// smallest.
  ///
  /// Δ at a θ chosen on the same examples is optimistic: choose θ on one half, and state Δ on the other.
  /// - Throws: `MeasureError.unknownControlSet`.
  public func bestThreshold(for objective: DeltaObjective) throws(MeasureError) -> BestThreshold {
    try bestThreshold(for: objective, on: curves())
  }

  /// As `bestThreshold(for:)`, with curves that are there already.
  public func bestThreshold(
    for objective: DeltaObjective, on curves: ReconstructionCurves
  ) throws(MeasureError) -> BestThreshold {
    let values: [Double]
    switch objective {
    case .control(let name): values = curves.delta[try position(of: name)]
    case .mean: values = curves.meanDelta
    case .minimum: values = curves.minimumDelta
    }
    var best = 0
    for step in values.indices where values[step] > values[best] { best = step }
    return BestThreshold(
      threshold: curves.threshold(ofStep: best), lowerBound: best == 0 ? -.infinity : curves.errors[best - 1],
      delta: values[best])
  }
}
