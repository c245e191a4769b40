#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The χ distribution: the law of the length ‖z‖ of d independent standard normal numbers, p(r) ∝ r^(d − 1) exp(−r²/2).
///
/// ```swift
/// let radii = ChiDistribution(dimensions: 784)
/// radii.mean                        // 27.991…
/// radii.standardDeviation           // 0.70699…
/// ```
///
/// In double precision for d from 1 to 10⁶ and beyond: means and variances to 10⁻¹² of their size.
public struct ChiDistribution: Sendable, Hashable {
  /// d.
  public let dimensions: Int

  /// Traps for fewer than one dimension.
  public init(dimensions: Int) {
    precondition(dimensions >= 1, "A length has at least one dimension, and \(dimensions) were given.")
    self.dimensions = dimensions
  }

  /// E r = √2 Γ((d + 1)/2) / Γ(d/2).
  public var mean: Double {
    // From E(d) E(d + 1) = d, so that the series begins where it converges.
    var (d, factor) = (Double(dimensions), 1.0)
    while d < 64 {
      factor *= d / (d + 1)
      d += 2
    }
    return factor * d.squareRoot() * Self.sum(Self.meanSeries, of: 1 / d)
  }

  /// E r² − (E r)², where E r² = d. It tends to 1/2.
  public var variance: Double {
    let d = Double(dimensions)
    // The difference of two large numbers has no digits left where d is large.
    return d < 64 ? d - mean * mean : Self.sum(Self.varianceSeries, of: 1 / d)
  }

  public var standardDeviation: Double { variance.squareRoot() }

  /// ln p(r), in nats; −∞ at and below 0 (at 0 in one dimension it is finite).
  public func logDensity(_ r: Double) -> Double {
    let d = Double(dimensions)
    guard r > 0 || (r == 0 && dimensions == 1) else { return -.infinity }
    let power = dimensions == 1 ? 0 : (d - 1) * log(r)
    return (1 - d / 2) * log(2) + power - r * r / 2 - lgamma(d / 2)
  }

  /// P(length ≤ r).
  public func cumulative(_ r: Double) -> Double { r <= 0 ? 0 : ChiSquared(dimensions).cumulative(r * r) }

  /// The r with P(length ≤ r) = p. Traps unless 0 < p < 1.
  public func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "A quantile's level lies between 0 and 1, and \(p) was given.")
    return ChiSquared(dimensions).quantile(p).squareRoot()
  }

  /// The law of the largest of n lengths in the limit of many (E. J. Gumbel, 1958): location b = F⁻¹(1 − 1/n) and scale
  /// a = 1 / (n p(b)). Traps for fewer than two.
  public func extremes(of n: Int) -> GumbelDistribution {
    precondition(n >= 2, "The largest of \(n) lengths has no limit law; take at least two.")
    let location = quantile(1 - 1 / Double(n))
    return GumbelDistribution(location: location, scale: exp(-log(Double(n)) - logDensity(location)))
  }

  /// Σ cₖ xᵏ.
  private static func sum(_ coefficients: [Double], of x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  /// E r / √d in powers of 1/d: the ratio of the Γ functions by the Bernoulli polynomials' series of its logarithm.
  private static let meanSeries: [Double] = [
    1, -1 / 4, 1 / 32, 5 / 128, -21 / 2048, -399 / 8192, 869 / 65536, 39325 / 262_144, -334_477 / 8_388_608,
  ]

  /// Var r in powers of 1/d: d less the square of that series.
  private static let varianceSeries: [Double] = [
    1 / 2, -1 / 8, -1 / 16, 5 / 128, 23 / 256, -53 / 1024, -593 / 2048, 5165 / 32768, 110_123 / 65536,
  ]
}
