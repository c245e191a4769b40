/// How a coupling changes one number, given what a network says.
public enum CouplingTransform: Sendable, Hashable, Codable {
  /// y = x exp(s) + t with s = clamp · 0.636 · atan(raw), so that |s| < clamp (FrEIA's soft clamp).
  /// L. Dinh, J. Sohl-Dickstein and S. Bengio, Real NVP, 2017, equations 7 and 8.
  case affine(clamp: Float = 2)
  /// y = x + t; volume is kept. L. Dinh, D. Krueger and Y. Bengio, NICE, 2015.
  case additive
  /// A monotone rational-quadratic spline with `bins` pieces on [−bound, bound], the identity outside.
  /// C. Durkan, A. Bekasov, I. Murray and G. Papamakarios, Neural spline flows, 2019.
  case spline(bins: Int = 8, bound: Float = 5)

  /// Numbers that a network gives for each one that is changed.
  public var parametersPerFeature: Int {
    switch self {
    case .affine: 2
    case .additive: 1
    case .spline(let bins, _): 3 * bins - 1
    }
  }

  /// What is wrong with the settings, nil when nothing is.
  var problem: String? {
    switch self {
    case .affine(let clamp) where !(clamp > 0 && clamp <= 20):
      "an affine coupling's clamp lies between 0 and 20, and \(clamp) does not"
    case .spline(let bins, let bound) where !((2...64).contains(bins) && bound > 0 && bound <= 1e6):
      "a spline has between 2 and 64 bins and a positive bound up to 10⁶, not \(bins) and \(bound)"
    default: nil
    }
  }
}
