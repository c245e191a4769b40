#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The Gumbel distribution of largest values: P(X ≤ x) = exp(−exp(−(x − b)/a)).
public struct GumbelDistribution: Sendable, Hashable {
  /// b, the mode.
  public let location: Double
  /// a > 0.
  public let scale: Double

  /// Traps unless both are finite and the scale is positive.
  public init(location: Double, scale: Double) {
    precondition(
      location.isFinite && scale.isFinite && scale > 0,
      "A Gumbel distribution has a finite location and a positive scale, not \(location) and \(scale).")
    self.location = location
    self.scale = scale
  }

  /// b + γ a, with Euler's constant γ.
  public var mean: Double { location + 0.577_215_664_901_532_860_6 * scale }

  /// π a / √6.
  public var standardDeviation: Double { Double.pi / 6.0.squareRoot() * scale }

  public func cumulative(_ x: Double) -> Double { exp(-exp(-(x - location) / scale)) }

  /// The x with P(X ≤ x) = p: b − a ln(−ln p). Traps unless 0 < p < 1.
  public func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "A quantile's level lies between 0 and 1, and \(p) was given.")
    return location - scale * log(-log(p))
  }

  /// Independent draws, by the quantiles of uniform numbers.
  public func sample(count: Int, using random: inout RandomGenerator) -> [Double] {
    (0..<count).map { _ in quantile(min(max(random.uniformDouble(), 0x1p-53), 1 - 0x1p-53)) }
  }
}
