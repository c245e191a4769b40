#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// Round Gaussians of equal probability and deviation σ: p(x) = 1/n Σₖ N(x; cₖ, σ² I). Labels number the centres.
public struct GaussianBlobs: ToyDistribution, DensityModel {
  public let name: String
  public let centers: [SIMD2<Double>]
  public let deviation: Double

  /// Traps when there is no centre or the deviation is not positive and finite.
  public init(centers: [SIMD2<Double>], deviation: Double, name: String = "blobs") {
    precondition(
      !centers.isEmpty && deviation > 0 && deviation.isFinite,
      "Blobs need a center and a finite deviation above 0, and \(centers) and \(deviation) were given.")
    self.name = name
    self.centers = centers
    self.deviation = deviation
  }

  /// Blobs around centres drawn uniformly from the square [−extent, extent]², which depend on `seed` only.
  public static func scattered(
    count: Int = 3, deviation: Double = 1, extent: Double = 10, seed: UInt64 = 0
  ) -> GaussianBlobs {
    var random = RandomGenerator(seed: seed).split("blobs.centers")
    let places = random.uniform([count, 2], in: Float(-extent)..<Float(extent)).elements
    return GaussianBlobs(
      centers: (0..<count).map { SIMD2(Double(places[2 * $0]), Double(places[2 * $0 + 1])) },
      deviation: deviation)
  }

  /// Eight Gaussians on a circle, at the angles 0°, 45°, …, 315°. By default radius 4/√2 and deviation 0.5/√2, as W. Grathwohl
  /// and others draw them (FFJORD, 2019).
  public static func eightGaussians(
    radius: Double = 4 / 2.0.squareRoot(), deviation: Double = 0.5 / 2.0.squareRoot()
  ) -> GaussianBlobs {
    let centers = (0..<8).map { index in
      let angle = Double(index) * Double.pi / 4
      return radius * SIMD2(cos(angle), sin(angle))
    }
    return GaussianBlobs(centers: centers, deviation: deviation, name: "eight-gaussians")
  }

  public var classCount: Int { centers.count }

  public func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample {
    let draws = PointDraws(count: count, using: &random)
    return ToySample(count: count) { point in
      let blob = draws.integer(point, below: centers.count)
      return (centers[blob] + deviation * draws.normal(point), blob)
    }
  }

  /// ln p(x) in nats.
  public func logDensity(checked x: Tensor) -> [Double] {
    let variance = deviation * deviation
    let constant = -log(2 * Double.pi * variance) - log(Double(centers.count))
    return densities(at: x, grain: 1024) { point in
      let terms = centers.map { center in
        let offset = point - center
        return -0.5 * (offset.x * offset.x + offset.y * offset.y) / variance
      }
      let largest = terms.max()!
      return constant + largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    }
  }
}
