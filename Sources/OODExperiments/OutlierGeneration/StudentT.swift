#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Student's t distribution, for means of a few repetitions.
enum StudentT {
  /// P(|T| ≤ t), by the finite sums for whole degrees of freedom (M. Abramowitz and I. A. Stegun, 1964, 26.7.3 and 26.7.4).
  static func central(_ t: Double, degreesOfFreedom n: Int) -> Double {
    let angle = atan(t / Double(n).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    var (term, sum) = (n % 2 == 1 ? cosine : 1.0, 0.0)
    var k = n % 2 == 1 ? 1 : 0
    while k < n - 1 {
      sum += term
      k += 2
      term *= cosine * cosine * Double(k - 1) / Double(k)
    }
    return n % 2 == 1 ? 2 / Double.pi * (angle + sine * sum) : sine * sum
  }

  /// The t with P(|T| ≤ t) = level, by bisection.
  static func bound(level: Double, degreesOfFreedom n: Int) -> Double {
    var (low, high) = (0.0, 1.0)
    while central(high, degreesOfFreedom: n) < level, high < 1e9 { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if central(middle, degreesOfFreedom: n) < level { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// A mean over repetitions with its 95% interval by Student's t.
public struct RepeatedMean: Codable, Sendable, Hashable {
  public var mean, low, high: Double

  /// Of at least one number; of one alone the interval is everything between −∞ and ∞, written as the number itself.
  public init(_ numbers: [Double]) {
    let n = Double(max(1, numbers.count))
    let mean = numbers.reduce(0, +) / n
    self.mean = mean
    guard numbers.count >= 2 else {
      (low, high) = (mean, mean)
      return
    }
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    let half = StudentT.bound(level: 0.95, degreesOfFreedom: numbers.count - 1) * (variance / n).squareRoot()
    (low, high) = (mean - half, mean + half)
  }

  /// Whether the interval holds 0: for a gain, a tie.
  public var holdsZero: Bool { low <= 0 && high >= 0 }
}
