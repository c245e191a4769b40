import GenModels

/// A table's rows in single precision, centred and scaled to at most about 1, in the order of a graph's points.
struct SmallWorldCoordinates: Sendable {
  /// Floats a row: the columns, and zeros up to a multiple of 16.
  let stride: Int
  let points: [Float]
  private let centre: [Double]
  private let scale: Double

  /// Squared distances beyond which single precision would not order points.
  private static let largest = 1e15

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
    points = [Float](unsafeUninitializedCapacity: n * stride) { points, count in
      nonisolated(unsafe) let to = points.baseAddress!
      x.withUnsafeElements { elements in
        nonisolated(unsafe) let from = elements.baseAddress!
        parallelFor(n, grain: 4096) { range in
          for place in range {
            let row = from + Int(order[place]) * d
            let point = to + place * stride
            for k in 0..<d { point[k] = Float((row[k] - centre[k]) * factor) }
            for k in d..<stride { point[k] = 0 }
          }
        }
      }
      count = n * stride
    }
  }

  /// Writes a row of another table; false where it is too far away for single precision.
  func write(_ x: Matrix, row: Int, to query: UnsafeMutablePointer<Float>) -> Bool {
    let d = x.columns
    var isNear = true
    x.withUnsafeElements { elements in
      for k in 0..<d {
        let coordinate = (elements[row * d + k] - centre[k]) * scale
        isNear = isNear && abs(coordinate) <= Self.largest
        query[k] = Float(coordinate)
      }
    }
    for k in d..<stride { query[k] = 0 }
    return isNear
  }
}
