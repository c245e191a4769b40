#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Rings of equal probability, each uniform in its area: p(x) = 1 / (n π (r₂² − r₁²)) between the inner radius r₁ and the
/// outer radius r₂ = r₁ + thickness around one of the n centres, 0 elsewhere.
///
/// The defaults are the three target classes of G. Spigler, "Denoising autoencoders for overgeneralization in neural
/// networks", 2019, who gives the radius and thickness, not the law across them. Labels number the centres.
public struct Rings: ToyDistribution, DensityModel {
  public let name = "rings"
  public let centers: [SIMD2<Double>]
  public let innerRadius, thickness: Double

  /// Traps when there is no centre, the radius is negative, the thickness is not positive, or rings overlap.
  public init(
    centers: [SIMD2<Double>] = [SIMD2(-1, 1), SIMD2(1, 1), SIMD2(1, -1)],
    innerRadius: Double = 0.6, thickness: Double = 0.1
  ) {
    precondition(
      !centers.isEmpty && innerRadius >= 0 && thickness > 0 && (innerRadius + thickness).isFinite,
      "Rings need a center, a radius of at least 0 and a thickness above 0, "
        + "and \(centers), \(innerRadius) and \(thickness) were given.")
    for (index, a) in centers.enumerated() {
      for b in centers[..<index] {
        precondition(
          hypot(a.x - b.x, a.y - b.y) >= 2 * (innerRadius + thickness),
          "The rings around \(a) and \(b) overlap, so their density is not uniform; move them apart.")
      }
    }
    self.centers = centers
    self.innerRadius = innerRadius
    self.thickness = thickness
  }

  public var classCount: Int { centers.count }

  public func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample {
    let draws = PointDraws(count: count, using: &random)
    let (inner, outer) = (innerRadius * innerRadius, (innerRadius + thickness) * (innerRadius + thickness))
    return ToySample(count: count) { point in
      let ring = draws.integer(point, below: centers.count)
      let radius = (inner + (outer - inner) * draws.uniform(point, 1)).squareRoot()
      let angle = 2 * Double.pi * draws.uniform(point, 2)
      return (centers[ring] + radius * SIMD2(cos(angle), sin(angle)), ring)
    }
  }

  /// ln p(x) in nats. Points that `Float` rounds out of a ring, by 10⁻⁶ of the largest coordinate at most, count as inside.
  public func logDensity(checked x: Tensor) -> [Double] {
    let outer = innerRadius + thickness
    let area = Double.pi * (outer * outer - innerRadius * innerRadius)
    let inside = -log(Double(centers.count) * area)
    let reach = centers.map { max(abs($0.x), abs($0.y)) }.max()! + outer
    let tolerance = 1e-6 * reach
    return densities(at: x, grain: 4096) { point in
      let isInside = centers.contains { center in
        let radius = hypot(point.x - center.x, point.y - center.y)
        return radius >= innerRadius - tolerance && radius <= outer + tolerance
      }
      return isInside ? inside : -.infinity
    }
  }
}
