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
    let scale = exp(a * log(x) - x - lgamma(a))
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
