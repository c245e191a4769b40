#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The derivative of ln Γ for x > 0: raised to x ≥ 8 by ψ(x) = ψ(x + 1) − 1/x, then the asymptotic series.
package func digamma(_ x: Double) -> Double {
  var (x, shift) = (x, 0.0)
  while x < 8 {
    shift -= 1 / x
    x += 1
  }
  let inverse = 1 / (x * x)
  let series =
    inverse
    * (1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse * (1.0 / 240 - inverse / 132))))
  return shift + log(x) - 0.5 / x - series
}
