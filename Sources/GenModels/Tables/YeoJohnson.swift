#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The power transformation of I.-K. Yeo and R. A. Johnson (2000), for numbers of both signs:
/// ((x + 1)^λ − 1) / λ for x ≥ 0 and −((1 − x)^(2 − λ) − 1) / (2 − λ) below, logarithms where the exponent is 0.
enum YeoJohnson {
  /// λ lies in −range ... range + 2, symmetric about 1, where nothing changes.
  private static let range = 4.0

  /// A transformed number; beyond the greatest finite number, that one.
  static func transformed(_ x: Double, power λ: Double) -> Double {
    // Keeps every bit of a column that needs no transformation.
    if λ == 1 { return x }
    return x >= 0 ? grown(x, λ).saturated : -grown(-x, 2 - λ).saturated
  }

  /// ((x + 1)^λ − 1) / λ for x ≥ 0, without cancellation.
  private static func grown(_ x: Double, _ λ: Double) -> Double {
    λ == 0 ? log1p(x) : expm1(λ * log1p(x)) / λ
  }

  /// For each column the λ under which the transformed numbers are most probable as draws from a normal distribution: the maximum of
  /// −n/2 ln σ²(λ) + (λ − 1) Σ sign(x) ln(|x| + 1). 1 for constant columns. About 30 passes over the table.
  static func powers(mostNormal x: Matrix) -> [Double] {
    var powers = [Double](repeating: 1, count: x.columns)
    powers.withUnsafeMutableBufferPointer { powers in
      nonisolated(unsafe) let powers = powers
      parallelFor(x.columns, grain: 1) { range in
        for column in range where !x.isConstant(column: column) {
          powers[column] = power(mostNormal: x.column(column))
        }
      }
    }
    return powers
  }

  private static func power(mostNormal x: [Double]) -> Double {
    let n = Double(x.count)
    let jacobian = x.reduce(0) { $0 + ($1 < 0 ? -log1p(-$1) : log1p($1)) }
    let lowest = greatest(from: -range, to: 2 + range) { λ in
      var (mean, squares, seen) = (0.0, 0.0, 0.0)
      for value in x {
        seen += 1
        let difference = transformed(value, power: λ) - mean
        mean += difference / seen
        squares += difference * (transformed(value, power: λ) - mean)
      }
      let variance = squares / n
      // What rounding leaves of a column that a power made constant, and squares that overflow.
      guard variance.isFinite, variance > 1e-28 * mean * mean, variance > 0 else { return -.infinity }
      return -n / 2 * log(variance) + (λ - 1) * jacobian
    }
    return lowest
  }

  /// Where a function of one hump is greatest, by golden sections, to 10⁻⁷; 1 where it is greater there.
  private static func greatest(from low: Double, to high: Double, _ function: (Double) -> Double) -> Double {
    let golden = (5.0.squareRoot() - 1) / 2
    var (a, b) = (low, high)
    var (c, d) = (b - golden * (b - a), a + golden * (b - a))
    var (atC, atD) = (function(c), function(d))
    while b - a > 1e-7 {
      if atC > atD || atD == -.infinity && abs(c - 1) < abs(d - 1) {
        (b, d, atD) = (d, c, atC)
        c = b - golden * (b - a)
        atC = function(c)
      } else {
        (a, c, atC) = (c, d, atD)
        d = a + golden * (b - a)
        atD = function(d)
      }
    }
    let best = (a + b) / 2
    return function(best) > function(1) ? best : 1
  }
}
