#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GenModels

/// The dark squares of a board of 4 × 4 squares of side 2, centred on the origin, uniform: p(x) = 1/32 on the eight squares
/// whose column and row, counted from the lower left corner, have an even sum; 0 elsewhere. Labels number the squares
/// column by column.
public struct Checkerboard: ToyDistribution, DensityModel {
  public let name = "checkerboard"
  public let classCount = 8

  public init() {}

  public func labeledSample(count: Int, using random: inout RandomGenerator) -> ToySample {
    let draws = PointDraws(count: count, using: &random)
    return ToySample(count: count) { point in
      let square = draws.integer(point, below: 8)
      let column = square / 2
      let row = 2 * (square % 2) + column % 2
      func place(_ index: Int, _ uniform: Double) -> Double {
        let low = 2 * Double(index) - 4
        // Float would round the last of the square's numbers into the next square.
        return Double(min(Float(low + 2 * uniform), Float(low + 2).nextDown))
      }
      return (SIMD2(place(column, draws.uniform(point, 1)), place(row, draws.uniform(point, 2))), square)
    }
  }

  /// ln p(x) in nats. Squares hold their left and lower edges, not their right and upper ones.
  public func logDensity(checked x: Tensor) -> [Double] {
    let dark = -log(32.0)
    return densities(at: x, grain: 8192) { point in
      guard point.x >= -4, point.x < 4, point.y >= -4, point.y < 4 else { return -.infinity }
      let (column, row) = (Int((point.x + 4) / 2), Int((point.y + 4) / 2))
      return (column + row) % 2 == 0 ? dark : -.infinity
    }
  }
}
