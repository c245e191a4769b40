#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Two arms of a spiral of Archimedes, turned by half a turn against each other, with Gaussian noise of deviation σ:
/// ± R s (cos 2πns, sin 2πns) for n turns and the outer radius R, where s has the density 2s on [0, 1], so that
/// points are spread nearly evenly along the arm; each arm with probability 1/2. Labels number the arms.
public struct TwoSpirals: ToyDistribution, DensityModel {
  public let name = "two-spirals"
  public let classCount = 2
  public let turns, outerRadius, deviation: Double

  /// Traps unless the turns and the radius are positive, and the deviation is at least 1/1000 of the radius.
  public init(turns: Double = 1.5, outerRadius: Double = 3, deviation: Double = 0.1) {
    precondition(
      turns > 0 && turns <= 100 && outerRadius > 0 && outerRadius.isFinite && deviation.isFinite
        && deviation >= 0.001 * outerRadius,
      "Spirals need between 0 and 100 turns, a radius above 0 and a deviation of at least 1/1000 of it, "
        + "and \(turns), \(outerRadius) and \(deviation) were given.")
    self.turns = turns
    self.outerRadius = outerRadius
    self.deviation = deviation
  }

  public func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample {
    let draws = PointDraws(count: count, using: &random)
    return ToySample(count: count) { point in
      let arm = draws.integer(point, below: 2)
      let s = draws.uniform(point, 1).squareRoot()
      return (place(arm, s) + deviation * draws.normal(point), arm)
    }
  }

  /// ln p(x) in nats, with the integral along the arms computed to a relative error of 10⁻⁹; about 100 µs a point.
  public func logDensity(checked x: Tensor) -> [Double] {
    let winding = 2 * Double.pi * turns
    let speed = outerRadius * (1 + winding * winding).squareRoot()
    let arms = (0..<2).map { arm in
      NoisyCurve(
        length: 1, speed: speed, deviation: deviation, point: { place(arm, $0) }, weight: { 2 * $0 })
    }
    return densities(at: x, grain: 16) { point in
      let (a, b) = (arms[0].logDensity(point), arms[1].logDensity(point))
      return max(a, b) + log1p(exp(-abs(a - b))) - log(2)
    }
  }

  private func place(_ arm: Int, _ s: Double) -> SIMD2<Double> {
    let angle = 2 * Double.pi * turns * s
    let radius = arm == 0 ? outerRadius * s : -outerRadius * s
    return radius * SIMD2(cos(angle), sin(angle))
  }
}
