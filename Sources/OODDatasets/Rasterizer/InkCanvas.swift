/// A square image being inked: how much of each pixel the pen has covered.
///
/// Every pixel is four quarter pixels. A quarter whose centre lies at distance d from the axis of a stroke of radius r
/// is covered by clamp(2 (r − d) + 1/2, 0, 1), which is the covered area of a square of side 1/2 at a straight,
/// upright edge, and within 0.03 of it at a slanted one. Overlapping ink counts once.
///
/// A canvas that isn't anti-aliased inks whole pixels: those whose centre lies within the pen's radius of the axis, and
/// those in which a segment ends, so that no dot falls between pixels.
///
/// Only sums, products, quotients and square roots are used, which IEEE 754 rounds in one way,
/// so an image has the same bits on every processor.
final class InkCanvas {
  /// Pixels on a side.
  let size: Int
  private let isAntialiased: Bool
  /// Quarter pixels from one row to the next: twice the size, rounded up to whole vectors.
  private let stride: Int
  private let cells: UnsafeMutablePointer<SIMD4<Float>>
  /// The image before it is shifted.
  private let pixels: UnsafeMutablePointer<Float>
  /// Rows of quarter pixels that may hold ink.
  private var inkedRows = 0..<0

  init(size: Int, isAntialiased: Bool = true) {
    self.size = size
    self.isAntialiased = isAntialiased
    stride = (2 * size + 3) / 4 * 4
    cells = .allocate(capacity: stride / 4 * 2 * size)
    cells.initialize(repeating: .zero, count: stride / 4 * 2 * size)
    pixels = .allocate(capacity: size * size)
    pixels.initialize(repeating: 0, count: size * size)
  }

  deinit {
    cells.deallocate()
    pixels.deallocate()
  }

  /// Takes all ink away.
  func clear() {
    let lanes = stride / 4
    (cells + inkedRows.lowerBound * lanes).update(repeating: .zero, count: inkedRows.count * lanes)
    inkedRows = 0..<0
  }

  /// Draws a segment with round caps. Positions and radius are in pixels; (0, 0) is the upper left corner of the image.
  /// A segment whose ends are the same draws a disc. What lies outside the image isn't drawn.
  func drawSegment(from a: SIMD2<Float>, to b: SIMD2<Float>, radius: Float) {
    let reach = radius + (isAntialiased ? 0.25 : 1)
    let (columns, rows) = (
      quarters(min(a.x, b.x) - reach, max(a.x, b.x) + reach),
      quarters(min(a.y, b.y) - reach, max(a.y, b.y) + reach)
    )
    guard !columns.isEmpty, !rows.isEmpty else { return }
    inkedRows =
      inkedRows.isEmpty
      ? rows : min(inkedRows.lowerBound, rows.lowerBound)..<max(inkedRows.upperBound, rows.upperBound)

    let along = b - a
    let squaredLength = along.x * along.x + along.y * along.y
    // A segment shorter than this is a disc; the quotient below would overflow.
    let inverse: Float = squaredLength > 1e-12 ? 1 / squaredLength : 0
    let (alongX, alongY) = (SIMD4<Float>(repeating: along.x), SIMD4<Float>(repeating: along.y))
    let (zero, one) = (SIMD4<Float>.zero, SIMD4<Float>(repeating: 1))
    let edge = SIMD4<Float>(repeating: 2 * radius + 0.5)
    let squaredRadius = SIMD4<Float>(repeating: radius * radius)
    let firstVector = columns.lowerBound / 4
    let endVector = (columns.upperBound + 3) / 4
    // Where coverage is measured: at the quarters' centres, or at those of their pixels.
    let lanes = isAntialiased ? SIMD4<Float>(0.25, 0.75, 1.25, 1.75) : SIMD4<Float>(0.5, 0.5, 1.5, 1.5)

    for row in rows {
      let line = cells + row * (stride / 4)
      let y = SIMD4<Float>(
        repeating: (isAntialiased ? 0.5 * Float(row) + 0.25 : Float(row / 2) + 0.5) - a.y)
      let projectedY = y * alongY
      for vector in firstVector..<endVector {
        let x = lanes + (2 * Float(vector) - a.x)
        var t = (x * alongX + projectedY) * inverse
        t.replace(with: zero, where: t .< zero)
        t.replace(with: one, where: t .> one)
        let (dx, dy) = (x - t * alongX, y - t * alongY)
        let squaredDistance = dx * dx + dy * dy
        var covered: SIMD4<Float>
        if isAntialiased {
          covered = edge - 2 * squaredDistance.squareRoot()
          covered.replace(with: one, where: covered .> one)
        } else {
          covered = zero.replacing(with: one, where: squaredDistance .<= squaredRadius)
        }
        // Cells hold at least 0, so the larger of the two is also the clamp from below.
        let held = line[vector]
        line[vector] = held.replacing(with: covered, where: covered .> held)
      }
    }
    guard !isAntialiased else { return }
    inkPixel(at: a)
    inkPixel(at: b)
  }

  /// Inks the pixel that a point lies in; nothing outside the image.
  private func inkPixel(at point: SIMD2<Float>) {
    let limit = Float(size)
    guard point.x >= 0, point.y >= 0, point.x < limit, point.y < limit else { return }
    let (column, row) = (Int(point.x), Int(point.y))
    for half in 0..<2 {
      let line = UnsafeMutableRawPointer(cells + (2 * row + half) * (stride / 4)).assumingMemoryBound(
        to: SIMD2<Float>.self)
      line[column] = SIMD2(1, 1)
    }
  }

  /// The quarter pixels that touch the interval, within the image.
  private func quarters(_ low: Float, _ high: Float) -> Range<Int> {
    let limit = Float(2 * size)
    let first = min(max((2 * low).rounded(.down), 0), limit)
    let end = min(max((2 * high).rounded(.up), 0), limit)
    return first < end ? Int(first)..<Int(end) : 0..<0
  }

  /// Writes the image: the mean of each pixel's quarters, divided by the brightest pixel.
  ///
  /// - Parameters:
  ///   - columns, rows: Pixels within which all ink lies.
  ///   - centersMass: Moves the ink by whole pixels so that its centre of mass comes to the middle as nearly as possible
  ///     without moving ink out of the image.
  ///   - image: `size * size` values, rows one after the other. All are written; all zero when there is no ink.
  func write(
    columns: Range<Int>, rows: Range<Int>, centersMass: Bool = true,
    into image: UnsafeMutablePointer<Float>
  ) {
    image.update(repeating: 0, count: size * size)
    var brightest: Float = 0
    var mass: Float = 0
    var moment = SIMD2<Float>.zero
    for row in rows {
      let upper = UnsafeRawPointer(cells + 2 * row * (stride / 4)).assumingMemoryBound(to: SIMD2<Float>.self)
      let lower = upper + stride / 2
      let line = pixels + row * size
      var rowMass: Float = 0
      for column in columns {
        let pair = upper[column] + lower[column]
        let value = 0.25 * (pair.x + pair.y)
        line[column] = value
        rowMass += value
        moment.x += value * (Float(column) + 0.5)
        if value > brightest { brightest = value }
      }
      mass += rowMass
      moment.y += rowMass * (Float(row) + 0.5)
    }
    guard brightest > 0 else { return }
    let right = centersMass ? shift(of: columns, centre: moment.x / mass) : 0
    let down = centersMass ? shift(of: rows, centre: moment.y / mass) : 0
    for row in rows {
      let source = pixels + row * size
      let destination = image + (row + down) * size + right
      for column in columns { destination[column] = source[column] / brightest }
    }
  }

  private func shift(of span: Range<Int>, centre: Float) -> Int {
    let wanted = Int((0.5 * Float(size) - centre).rounded(.toNearestOrEven))
    return min(max(wanted, -span.lowerBound), size - span.upperBound)
  }
}
