#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The chi-squared distribution.
package struct ChiSquared {
  package let degreesOfFreedom: Double

  package init(_ degreesOfFreedom: Int) { self.degreesOfFreedom = Double(degreesOfFreedom) }

  /// P(X ≤ x): the regularised lower incomplete gamma function P(k/2, x/2), by its series below k/2 + 1 and
  /// its continued fraction (by Lentz's method) above. Right to about 10⁻¹⁴.
  package func cumulative(_ x: Double) -> Double {
    if x <= 0 { return 0 }
    let (a, x) = (degreesOfFreedom / 2, x / 2)
    let scale = Self.density(a, x)
    if x < a + 1 {
      var (term, sum, n) = (1 / a, 1 / a, a)
      while abs(term) > abs(sum) * 1e-17 {
        n += 1
        term *= x / n
        sum += term
      }
      return sum * scale
    }
    let tiny = 1e-300
    var b = x + 1 - a
    var (c, d) = (1 / tiny, 1 / b)
    var fraction = d
    for i in 1...10_000 {
      let numerator = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / (abs(numerator * d + b) < tiny ? tiny : numerator * d + b)
      c = abs(b + numerator / c) < tiny ? tiny : b + numerator / c
      fraction *= c * d
      if abs(c * d - 1) < 1e-16 { break }
    }
    return 1 - scale * fraction
  }

  /// xᵃ e⁻ˣ / Γ(a). For large a the exponents are near each other and far from 0, so that their difference is taken about x = a:
  /// with λ = x/a, ln Γ by Stirling's series leaves −a (λ − 1 − ln λ) + ln(a / 2π)/2 − 1/12a + 1/360a³.
  private static func density(_ a: Double, _ x: Double) -> Double {
    guard a > 100 else { return exp(a * log(x) - x - lgamma(a)) }
    let excess = (x - a) / a
    let divergence = abs(excess) < 0.05 ? smallDivergence(excess) : excess - log1p(excess)
    return exp(-a * divergence - 1 / (12 * a) + 1 / (360 * a * a * a)) * (a / (2 * Double.pi)).squareRoot()
  }

  /// u − ln(1 + u) for small u, by its series.
  private static func smallDivergence(_ u: Double) -> Double {
    var (power, sum) = (u * u, 0.0)
    for n in 2..<24 {
      sum += (n % 2 == 0 ? power : -power) / Double(n)
      power *= u
    }
    return sum
  }

  /// The x with P(X ≤ x) = p, for 0 < p < 1, by bisection to the last bits.
  package func quantile(_ p: Double) -> Double {
    var (low, high) = (0.0, degreesOfFreedom + 10)
    while cumulative(high) < p { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
