/// How archetypes are fitted.
public struct ArchetypalSettings: Sendable, Hashable, Codable {
  /// How the alternation's two problems are solved.
  public enum Solver: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each row's coefficients and each archetype's weights to the end, by active sets (P. Wolfe, 1976).
    case exact
    /// Ten steps of projected gradient each, as M. Mørup and L. K. Hansen, Archetypal analysis for machine learning and data mining,
    /// 2012. For whole tables under squared error without relaxation.
    case projectedGradient
  }

  public var start = ArchetypeStart.furthestSum
  /// Fits from different first rows, of which the one with the least residual is kept. For `furthestSum` those after the first
  /// start from `plusPlus`.
  public var starts = 1
  public var solver = Solver.exact
  /// The most alternations of one start.
  public var iterations = 500
  /// A start ends when the residual falls by less than this share of itself.
  public var tolerance = 1e-6
  /// δ: an archetype may lie up to 1 + δ times as far from the table's mean as the hull's point on the way, or 1 − δ times.
  public var relaxation = 0.0
  /// Where set, the loss of a row's distance r from its reconstruction is the bisquare of A. E. Beaton and J. W. Tukey (1974), which is r²
  /// for small r and constant from this many medians of the distances in the start on (M. J. A. Eugster and F. Leisch, Weighted
  /// and robust archetypal analysis, 2011, take 6): outliers draw no archetype to themselves.
  public var robustness: Double?

  public init() {}
}
