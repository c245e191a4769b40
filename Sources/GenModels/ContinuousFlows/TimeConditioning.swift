/// How a layer of a time-dependent network knows the time: with features φ(t) = (1, t, cos πt, sin πt, cos 2πt, …), 1 giving the bias.
public enum TimeConditioning: String, Sendable, Hashable, Codable, CaseIterable {
  /// The features are inputs besides the layer's own: x W + φ(t) U.
  case concatenation
  /// They also gate the sums: (x W) · σ(φ(t) V) + φ(t) U (the "concat-squash" layer of W. Grathwohl et al., FFJORD, 2019).
  case gating
}
