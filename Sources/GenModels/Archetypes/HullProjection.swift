/// The nearest point of the hull of a table's rows, by Wolfe's algorithm: exact, and it carries by at most d + 1 rows. Each step is a
/// product of the table with a vector, n d multiplications.
struct HullProjection: Sendable {
  /// The rows that span the hull.
  let vertices: Matrix

  /// A nearest point: rows of the table and their weights, which are positive and sum to 1.
  struct Combination: Sendable {
    var rows: [Int]
    var weights: [Double]

    /// Σ wᵢ xᵢ.
    func point(in x: Matrix) -> [Double] {
      var point = [Double](repeating: 0, count: x.columns)
      for (row, weight) in zip(rows, weights) {
        for j in 0..<x.columns { point[j] += weight * x[row, j] }
      }
      return point
    }
  }

  /// The nearest point to `target`, beginning at `start`.
  func callAsFunction(_ target: [Double], from start: Combination) -> Combination {
    let d = vertices.columns
    var corral = Corral(capacity: min(vertices.rows, d + 1) + 1)
    // Differences from the target of the points that carry.
    var differences: [Int: [Double]] = [:]
    func difference(_ row: Int) -> [Double] { (0..<d).map { vertices[row, $0] - target[$0] } }
    func add(_ row: Int, weight: Double? = nil) {
      let own = difference(row)
      differences[row] = own
      let numbers = (0..<corral.count).map { corral.number($0) } + [row]
      corral.add(row, weight: weight) { Self.product(own, differences[numbers[$0]]!) }
    }
    for (row, weight) in zip(start.rows, start.weights) where !corral.isFull { add(row, weight: weight) }
    corral.settle()
    let scale = max(squaredScale, Self.product(target, target))
    for _ in 0..<(8 * d + 64) {
      var y = [Double](repeating: 0, count: d)
      for place in 0..<corral.count {
        let own = differences[corral.number(place)]!
        for j in 0..<d { y[j] += corral.weight(place) * own[j] }
      }
      let products = vertices * y
      var best = 0
      for row in 1..<max(1, products.count) where products[row] < products[best] { best = row }
      let gap = Self.product(y, y) + Self.product(target, y) - products[best]
      if gap <= 1e-13 * scale || corral.contains(best) || corral.isFull { break }
      add(best)
      corral.settle()
      // Rounding is all that is left where the row is not wanted after all.
      guard corral.contains(best) else { break }
    }
    return Combination(
      rows: (0..<corral.count).map { corral.number($0) },
      weights: (0..<corral.count).map { corral.weight($0) })
  }

  private let squaredScale: Double

  init(_ vertices: Matrix) {
    self.vertices = vertices
    squaredScale =
      vertices.rowScores { rows, count, found in
        for i in 0..<count {
          found[i] = 0
          for j in 0..<vertices.columns {
            let value = rows[i * vertices.columns + j]
            found[i] += value * value
          }
        }
      }.max() ?? 0
  }

  private static func product(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = 0.0
        for j in a.indices { sum += a[j] * b[j] }
        return sum
      }
    }
  }
}
