#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The standard normal distribution.
package enum NormalDistribution {
  /// Φ(x), the probability of a value up to x.
  package static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

  /// Φ⁻¹(p) for p in 0...1: a first value from the logistic approximation, then Newton's method on Φ, with
  /// steps in the tail's own scale, until it stands still.
  package static func quantile(_ p: Double) -> Double {
    precondition(p >= 0 && p <= 1, "A probability lies between 0 and 1, and \(p) was given.")
    if p == 0 || p == 1 { return p == 0 ? -.infinity : .infinity }
    if p > 0.5 { return -quantile(1 - p) }
    // ln Φ is concave, so Newton's method on it converges from any start on the left.
    var x = -(max(0, -2 * log(2 * p))).squareRoot()
    for _ in 0..<64 {
      let value = cumulative(x)
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      let step = (log(value) - log(p)) * value / density
      x -= step
      if abs(step) <= 1e-15 * max(1, abs(x)) { break }
    }
    return x
  }
}
