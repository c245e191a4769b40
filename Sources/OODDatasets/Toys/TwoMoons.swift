#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Two half circles that reach into each other, with Gaussian noise of deviation σ: (cos t, sin t) and
/// (1 − cos t, 1/2 − sin t), t uniform on [0, π], each with probability 1/2. Labels are 0 for the upper arc, 1 for the
/// lower one.
public struct TwoMoons: ToyDistribution, DensityModel {
  public let name = "two-moons"
  public let classCount = 2
  /// The noise's deviation σ.
  public let deviation: Double

  /// Traps when the deviation is not at least 0.001 and finite.
  public init(deviation: Double = 0.1) {
    precondition(
      deviation >= 0.001 && deviation.isFinite,
      "Moons need a finite deviation of at least 0.001, and \(deviation) was given.")
    self.deviation = deviation
  }

  public func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample {
    let draws = PointDraws(count: count, using: &random)
    return ToySample(count: count) { point in
      let moon = draws.integer(point, below: 2)
      return (
        TwoMoons.place(moon, Double.pi * draws.uniform(point, 1)) + deviation * draws.normal(point), moon
      )
    }
  }

  /// ln p(x) in nats, with the integral along the arcs computed to a relative error of 10⁻⁹; about 20 µs a point.
  public func logDensity(checked x: Tensor) -> [Double] {
    let moons = (0..<2).map { moon in
      NoisyCurve(
        length: Double.pi, speed: 1, deviation: deviation, point: { TwoMoons.place(moon, $0) },
        weight: { _ in 1 / Double.pi })
    }
    return densities(at: x, grain: 32) { point in
      let (a, b) = (moons[0].logDensity(point), moons[1].logDensity(point))
      return max(a, b) + log1p(exp(-abs(a - b))) - log(2)
    }
  }

  private static func place(_ moon: Int, _ t: Double) -> SIMD2<Double> {
    moon == 0 ? SIMD2(cos(t), sin(t)) : SIMD2(1 - cos(t), 0.5 - sin(t))
  }
}
