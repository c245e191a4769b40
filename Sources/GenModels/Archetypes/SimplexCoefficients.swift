/// The coefficients of examples in a few archetypes: a = argmin ‖x − Zᵀ a‖² with a ≥ 0 and Σ a = 1, exactly, by Wolfe's algorithm on
/// inner products.
struct SimplexCoefficients: Sendable {
  /// Archetypes, a row each.
  let archetypes: Matrix
  /// Z Zᵀ.
  private let gram: Matrix

  init(_ archetypes: Matrix) {
    self.archetypes = archetypes
    gram = archetypes.matrixProduct(archetypes, transposingOther: true)
  }

  /// The coefficients of each row, `[rows, k]`. k³ operations for each, and 2 k d for the products.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - start: Coefficients to begin with, which cost less when they are near.
  func callAsFunction(_ x: Matrix, from start: Matrix? = nil) -> Matrix {
    let k = archetypes.rows
    let products = x.matrixProduct(archetypes, transposingOther: true)
    let squares = x.rowScores { rows, count, found in
      for i in 0..<count {
        found[i] = 0
        for j in 0..<x.columns { found[i] += rows[i * x.columns + j] * rows[i * x.columns + j] }
      }
    }
    return Matrix(rows: x.rows, columns: k) { destination in
      guard x.rows > 0 else { return }
      nonisolated(unsafe) let result = destination.baseAddress!
      products.withUnsafeElements { products in
        nonisolated(unsafe) let products = products.baseAddress!
        parallelFor(x.rows, grain: 64) { range in
          var corral = Corral(capacity: k + 1)
          for i in range {
            Self.solve(
              gram, products + i * k, squares[i], start: start.map { start in { start[i, $0] } }, &corral)
            Self.write(corral, to: result + i * k, k)
          }
        }
      }
    }
  }

  /// As for whole examples, of rows in which only the cells that `isKnown` has count. k² d operations more for each row.
  func callAsFunction(_ x: Matrix, known isKnown: [Bool]) -> Matrix {
    let (k, d) = (archetypes.rows, x.columns)
    return x.mapRowsByNumber(width: k) { i, row, result in
      var corral = Corral(capacity: k + 1)
      let kept = (0..<d).filter { isKnown[i * d + $0] }
      let part = Matrix(rows: k, columns: kept.count) { element in
        for a in 0..<k {
          for (place, j) in kept.enumerated() { element[a * kept.count + place] = archetypes[a, j] }
        }
      }
      let values = kept.map { row[$0] }
      Self.solve(
        part.matrixProduct(part, transposingOther: true), part * values,
        values.reduce(0) { $0 + $1 * $1 }, start: nil, &corral)
      Self.write(corral, to: result, k)
    }
  }

  private static func write(_ corral: borrowing Corral, to result: UnsafeMutablePointer<Double>, _ k: Int) {
    for a in 0..<k { result[a] = 0 }
    for place in 0..<corral.count { result[corral.number(place)] = corral.weight(place) }
  }

  /// The corral of the nearest point to x in the hull of archetypes.
  ///
  /// - Parameters:
  ///   - gram: Z Zᵀ.
  ///   - c: Z x.
  ///   - square: ‖x‖².
  ///   - start: Coefficients to begin with.
  ///   - corral: Where it is built.
  private static func solve(
    _ gram: Matrix, _ c: UnsafePointer<Double>, _ square: Double, start: ((Int) -> Double)?,
    _ corral: inout Corral
  ) {
    let k = gram.rows
    gram.withUnsafeElements { z in
      func product(_ a: Int, _ b: Int) -> Double { z[a * k + b] - c[a] - c[b] + square }
      var (nearest, scale) = (0, 0.0)
      for a in 0..<k {
        scale = max(scale, product(a, a))
        if product(a, a) < product(nearest, nearest) { nearest = a }
      }
      corral.removeAll()
      func add(_ a: Int, weight: Double? = nil) {
        // The new point is in no place yet.
        let (count, numbers) = (corral.count, (0..<corral.count).map { corral.number($0) })
        corral.add(a, weight: weight) { product(a, $0 == count ? a : numbers[$0]) }
      }
      if let start {
        for a in 0..<k where start(a) > 0 { add(a, weight: start(a)) }
        if corral.count > 0 { corral.settle() }
      }
      if corral.count == 0 { add(nearest) }
      for _ in 0..<(16 * k + 16) {
        let distance = corral.squaredDistance
        var (best, least) = (0, Double.infinity)
        for a in 0..<k {
          var value = 0.0
          for place in 0..<corral.count { value += corral.weight(place) * product(a, corral.number(place)) }
          if value < least { (best, least) = (a, value) }
        }
        if distance - least <= 1e-13 * scale || corral.contains(best) || corral.isFull { break }
        add(best)
        corral.settle()
        // Rounding is all that is left where the point is not wanted after all.
        guard corral.contains(best) else { break }
      }
    }
  }
}

extension Matrix {
  /// As `mapRows`, a row at a time with its number.
  fileprivate func mapRowsByNumber(
    width: Int,
    _ body:
      @Sendable (_ number: Int, _ row: UnsafePointer<Double>, _ result: UnsafeMutablePointer<Double>) -> Void
  ) -> Matrix {
    Matrix(rows: rows, columns: width) { buffer in
      guard rows > 0 else { return }
      withUnsafeElements { elements in
        nonisolated(unsafe) let (x, result) = (elements.baseAddress!, buffer.baseAddress!)
        parallelFor(rows, grain: 32) { range in
          for i in range { body(i, x + i * columns, result + i * width) }
        }
      }
    }
  }
}
