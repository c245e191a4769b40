#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// A wheel of bent arms (M. Johnson and others, 2016): u ~ N(1, radialDeviation²), v ~ N(0, tangentialDeviation²), and
/// (u, v) turned by 2πk/n + rate · eᵘ for arm k of n, times `scale`. Labels number the arms.
///
/// The map from (u, v) is not one to one, so the density has no closed form and none is offered.
public struct Pinwheel: ToyDistribution {
  public let name = "pinwheel"
  public let arms: Int
  public let radialDeviation, tangentialDeviation, rate, scale: Double

  /// Traps when there is no arm, or a number is not finite, or a deviation is negative.
  public init(
    arms: Int = 5, radialDeviation: Double = 0.3, tangentialDeviation: Double = 0.1, rate: Double = 0.25,
    scale: Double = 2
  ) {
    precondition(
      arms >= 1 && radialDeviation >= 0 && tangentialDeviation >= 0
        && (radialDeviation + tangentialDeviation + rate + scale).isFinite,
      "A pinwheel needs an arm and finite deviations of at least 0, "
        + "and \(arms), \(radialDeviation) and \(tangentialDeviation) were given.")
    self.arms = arms
    self.radialDeviation = radialDeviation
    self.tangentialDeviation = tangentialDeviation
    self.rate = rate
    self.scale = scale
  }

  public var classCount: Int { arms }

  public func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample {
    let draws = PointDraws(count: count, using: &random)
    return ToySample(count: count) { point in
      let arm = draws.integer(point, below: arms)
      let normal = draws.normal(point)
      let (u, v) = (1 + radialDeviation * normal.x, tangentialDeviation * normal.y)
      let angle = 2 * Double.pi * Double(arm) / Double(arms) + rate * exp(u)
      return (scale * SIMD2(u * cos(angle) - v * sin(angle), u * sin(angle) + v * cos(angle)), arm)
    }
  }
}
