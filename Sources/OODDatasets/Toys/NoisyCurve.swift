#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The density of a random point of a curve plus round Gaussian noise: p(x) = ∫ w(t) N(x; c(t), σ² I) dt.
///
/// The integral is computed over intervals that are halved until the integrand changes by a factor of e⁶ at most inside
/// each, by Gauss's rule with eight nodes; intervals that add less than e⁻⁴⁵ of the largest are left out. The relative
/// error of p is below 10⁻⁹ at any distance from the curve.
struct NoisyCurve: Sendable {
  /// The curve's parameter runs from 0 to this.
  let length: Double
  /// The largest speed |c′(t)|.
  let speed: Double
  /// The noise's deviation σ.
  let deviation: Double
  /// c(t).
  let point: @Sendable (Double) -> SIMD2<Double>
  /// w(t), a density on 0...length.
  let weight: @Sendable (Double) -> Double

  /// ln p(x).
  func logDensity(_ x: SIMD2<Double>) -> Double {
    var sum = Sum()
    add(0, length, x, depth: 0, to: &sum)
    return sum.reference + log(sum.value) - log(2 * Double.pi * deviation * deviation)
  }

  /// ∫ w exp(exponent − reference), with a reference near enough to the largest exponent for the sum to be a `Double`.
  private struct Sum {
    var reference = 0.0
    var value = 0.0
    var largest = -Double.infinity
  }

  private func distance(_ x: SIMD2<Double>, _ t: Double) -> Double {
    let offset = x - point(t)
    return (offset.x * offset.x + offset.y * offset.y).squareRoot()
  }

  private func add(_ low: Double, _ high: Double, _ x: SIMD2<Double>, depth: Int, to sum: inout Sum) {
    let variance = deviation * deviation
    let middle = 0.5 * (low + high)
    let reach = 0.5 * (high - low) * speed
    let distance = distance(x, middle)
    let nearest = max(0, distance - reach)
    let bound = -0.5 * nearest * nearest / variance
    if bound < sum.largest - 45 { return }
    let change = 2 * reach * (distance + reach) / variance
    if change > 6, depth < 48 {
      // The nearer half first: it decides what can be left out of the other.
      let halves = [(low, middle), (middle, high)]
      let nearerFirst =
        self.distance(x, 0.5 * (low + middle)) <= self.distance(x, 0.5 * (middle + high))
      for (a, b) in nearerFirst ? halves : halves.reversed() { add(a, b, x, depth: depth + 1, to: &sum) }
      return
    }
    let half = 0.5 * (high - low)
    for (node, gaussWeight) in NoisyCurve.gauss {
      for t in [middle - half * node, middle + half * node] {
        let offset = x - point(t)
        let exponent = -0.5 * (offset.x * offset.x + offset.y * offset.y) / variance
        sum.largest = max(sum.largest, exponent)
        if sum.value == 0 || exponent > sum.reference + 300 {
          if sum.value > 0 { sum.value *= exp(sum.reference - exponent) }
          sum.reference = exponent
        }
        sum.value += half * gaussWeight * weight(t) * exp(exponent - sum.reference)
      }
    }
  }

  /// The positive nodes of Gauss's rule with eight nodes on [−1, 1], and their weights.
  private static let gauss: [(Double, Double)] = [
    (0.1834346424956498, 0.3626837833783620), (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745), (0.9602898564975363, 0.1012285362903763),
  ]
}
