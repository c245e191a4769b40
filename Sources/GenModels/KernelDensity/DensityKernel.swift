import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The kernel of a density estimate: a function of u = |x − y| / h. The compact ones are 0 from u = 1 on.
public enum DensityKernel: String, Sendable, Hashable, Codable, CaseIterable {
  /// e^(−u²/2)
  case gaussian
  /// 1
  case tophat
  /// 1 − u²
  case epanechnikov
  /// e^(−u)
  case exponential
  /// 1 − u
  case linear
  /// cos(πu/2)
  case cosine

  /// Whether it is 0 from some distance on.
  var isCompact: Bool { self != .gaussian && self != .exponential }

  var kernel: ood_density_kernel {
    switch self {
    case .gaussian: ood_density_gaussian
    case .tophat: ood_density_tophat
    case .epanechnikov: ood_density_epanechnikov
    case .exponential: ood_density_exponential
    case .linear: ood_density_linear
    case .cosine: ood_density_cosine
    }
  }

  /// ln ∫ K(|u|) du over d dimensions.
  func logVolume(_ d: Int) -> Double {
    let n = Double(d)
    if self == .gaussian { return 0.5 * n * log(2 * .pi) }
    // The volume of the unit ball, times n ∫₀ K(r) rⁿ⁻¹ dr.
    let ball = 0.5 * n * log(.pi) - lgamma(0.5 * n + 1)
    switch self {
    case .gaussian, .tophat: return ball
    case .epanechnikov: return ball + log(2 / (n + 2))
    case .exponential: return ball + lgamma(n + 1)
    case .linear: return ball - log(n + 1)
    case .cosine: return ball + log(n * Self.cosineIntegral(d))
    }
  }

  /// ∫₀¹ cos(πr/2) rⁿ⁻¹ dr by Simpson's rule.
  private static func cosineIntegral(_ d: Int) -> Double {
    let intervals = 20_000
    var sum = 0.0
    for i in 0...intervals {
      let r = Double(i) / Double(intervals)
      let weight = i == 0 || i == intervals ? 1.0 : i % 2 == 1 ? 4.0 : 2.0
      sum += weight * cos(.pi * r / 2) * (d == 1 ? 1 : pow(r, Double(d - 1)))
    }
    return sum / Double(3 * intervals)
  }

  /// A draw from the kernel as a density, in units of h.
  func sample(_ d: Int, using random: inout RandomGenerator) -> [Double] {
    let normal = random.normalDoubles(d)
    if self == .gaussian { return normal }
    let length = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let radius = radius(d, using: &random)
    return normal.map { $0 / length * radius }
  }

  /// Of density proportional to K(r) rᵈ⁻¹.
  private func radius(_ d: Int, using random: inout RandomGenerator) -> Double {
    if self == .exponential {
      return (0..<d).reduce(0) { sum, _ in sum - log(1 - random.uniformDouble()) }
    }
    while true {
      let r = pow(random.uniformDouble(), 1 / Double(d))
      let height: Double
      switch self {
      case .epanechnikov: height = 1 - r * r
      case .linear: height = 1 - r
      case .cosine: height = cos(.pi * r / 2)
      case .tophat, .gaussian, .exponential: return r
      }
      if random.uniformDouble() < height { return r }
    }
  }
}
