/// A smooth random displacement of the plane: independent bell-shaped displacements at 4 × 4 control points,
/// blended by uniform quadratic B-splines (two cells a side), so that the field and its first derivatives are continuous.
struct ElasticField {
  private var control: InlineArray<16, SIMD2<Float>>
  private let origin: SIMD2<Float>
  private let cellsPerUnit: SIMD2<Float>

  /// A field over that box whose control points are displaced by `deviation` in each direction, and by as little as a
  /// third of it in the direction in which the box is narrow.
  init(low: SIMD2<Float>, high: SIMD2<Float>, deviation: Float, draws: inout GlyphDraws) {
    control = .init(repeating: .zero)
    let extent = high - low
    let reach = SIMD2(1 / 3 + min(2 * extent.x, 1) * 2 / 3, 1 / 3 + min(2 * extent.y, 1) * 2 / 3)
    for index in 0..<16 { control[index] = deviation * reach * draws.bellPair() }
    origin = low
    cellsPerUnit = SIMD2(2 / max(extent.x, 0.05), 2 / max(extent.y, 0.05))
  }

  /// The displacement at a point. Outside the box it is that of the nearest point of the box.
  func displacement(at point: SIMD2<Float>) -> SIMD2<Float> {
    let place = (point - origin) * cellsPerUnit
    let (column, across) = ElasticField.weights(place.x)
    let (row, down) = ElasticField.weights(place.y)
    var sum = SIMD2<Float>.zero
    for j in 0..<3 {
      let first = (row + j) * 4 + column
      sum +=
        down[j]
        * (across[0] * control[first] + across[1] * control[first + 1] + across[2] * control[first + 2])
    }
    return sum
  }

  /// The first of three control points that act at `place` (in cells), and their weights, which sum to 1.
  private static func weights(_ place: Float) -> (first: Int, SIMD3<Float>) {
    let inside = min(max(place, 0), 2)
    let first = inside < 1 ? 0 : 1
    let t = inside - Float(first)
    let s = 1 - t
    return (first, SIMD3(0.5 * s * s, 0.5 + t * s, 0.5 * t * t))
  }
}
