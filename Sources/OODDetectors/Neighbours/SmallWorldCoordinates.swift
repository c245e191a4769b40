import GenModels

/// A table's rows in single precision, centred and scaled to at most about 1, in the order of a graph's points.
struct SmallWorldCoordinates: Sendable {
  /// Floats a row: the columns, and zeros up to a multiple of 16.
  let stride: Int
  let points: SmallWorldMemory<Float>
  private let centre: [Double]
  private let scale: Double

  /// Squared distances beyond which single precision would not order points.
  private static let largest = 1e15
  /// Twice what rounding to single precision changes a number by, as a share of it.
  private static let rounding = 0x1p-23

  init(_ x: Matrix, order: [Int32]) {
    let (n, d) = (x.rows, x.columns)
    let stride = (d + 15) / 16 * 16
    let centre = x.columnMeans()
    var extent = 0.0
    x.withUnsafeElements { elements in
      for i in 0..<n {
        for k in 0..<d { extent = max(extent, abs(elements[i * d + k] - centre[k])) }
      }
    }
    let scale = extent > 0 ? 1 / extent : 1
    self.stride = stride
    self.centre = centre
    self.scale = scale.isFinite ? scale : Double.greatestFiniteMagnitude
    let factor = self.scale
    points = SmallWorldMemory(count: n * stride)
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let (from, to) = (elements.baseAddress!, points.base)
      parallelFor(n, grain: 4096) { range in
        for place in range {
          let row = from + Int(order[place]) * d
          let point = to + place * stride
          for k in 0..<d { point[k] = Float((row[k] - centre[k]) * factor) }
          for k in d..<stride { point[k] = 0 }
        }
      }
    }
  }

  /// Writes a row of another table, the query; returns by how much rounding to single precision may change its distances to the points,
  /// nil where it is too far away for single precision.
  func write(_ x: Matrix, row: Int, to query: UnsafeMutablePointer<Float>) -> Double? {
    let d = x.columns
    var largest = 0.0
    x.withUnsafeElements { elements in
      for k in 0..<d {
        let coordinate = (elements[row * d + k] - centre[k]) * scale
        largest = max(largest, abs(coordinate))
        query[k] = Float(coordinate)
      }
    }
    for k in d..<stride { query[k] = 0 }
    // Coordinates of points are at most 1.
    return largest <= Self.largest ? Double(d).squareRoot() * Self.rounding * (1 + largest) : nil
  }

  /// How many of the first of some squared distances, in ascending order, may belong to the `count` nearest points. Those behind are farther,
  /// however distances were rounded: of coordinates by at most `change`, and the sums by a share.
  func undecided(
    among squares: UnsafeBufferPointer<Float>, nearest count: Int, change: Double
  ) -> Int {
    guard squares.count > count else { return squares.count }
    let share = Double(stride + 8) * Self.rounding
    let farthest = Double(squares[count - 1]).squareRoot() * (1 + share) + change
    let limit = (farthest + change) / (1 - share)
    return squares[count...].firstIndex { Double($0) > limit * limit } ?? squares.count
  }
}
