import GenModels

/// LODA's projections: each has ⌊√d⌋ features drawn at random, with standard normal weights.
struct LODAProjections: Sendable {
  /// d.
  let columns: Int
  let count: Int
  /// Features of each.
  let width: Int
  /// Features of each projection, `width` after `width`, and their weights.
  let features: [Int32]
  let weights: [Double]

  init(columns: Int, count: Int, width: Int, features: [Int32], weights: [Double]) {
    self.columns = columns
    self.count = count
    self.width = width
    self.features = features
    self.weights = weights
  }

  init(count: Int, columns: Int, using random: RandomGenerator) throws(TableError) {
    guard count >= 1 && count <= 1_000_000 else {
      throw .invalidSetting(name: "projections", value: "\(count)", expected: "between 1 and 1000000")
    }
    let width = max(1, Int(Double(columns).squareRoot()))
    var features: [Int32] = []
    var weights: [Double] = []
    for k in 0..<count {
      var draws = random.split(UInt64(k))
      features += draws.permutation(columns).elements.prefix(width).map(Int32.init)
      weights += draws.normal([width]).elements.map(Double.init)
    }
    self.init(columns: columns, count: count, width: width, features: features, weights: weights)
  }

  /// The k-th projection of a row.
  @inline(__always)
  func project(_ row: UnsafePointer<Double>, _ k: Int) -> Double {
    features.withUnsafeBufferPointer { features in
      weights.withUnsafeBufferPointer { weights in
        var z = 0.0
        for t in k * width..<(k + 1) * width { z += weights[t] * row[Int(features[t])] }
        return z
      }
    }
  }

  /// What `body` makes of each projection of all rows, given its number and its values, ascending; on all threads.
  /// - Throws: `TableError.rangeTooWide` where the values of one reach too far.
  func map<Result: Sendable>(
    _ x: Matrix, _ body: @Sendable (_ projection: Int, _ sorted: [Double]) -> Result
  ) throws(TableError) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      parallelFor(count, grain: 1) { range in
        for k in range {
          let sorted = [Double](unsafeUninitializedCapacity: x.rows) { buffer, count in
            count = x.rows
            x.withUnsafeElements { elements in
              for i in 0..<x.rows { buffer[i] = project(elements.baseAddress! + i * x.columns, k) }
            }
            if buffer.allSatisfy(\.isFinite) { buffer.sortAscending() } else { count = 0 }
          }
          if let first = sorted.first, (sorted.last! - first).isFinite { results[k] = body(k, sorted) }
        }
      }
    }
    if let k = results.firstIndex(where: { $0 == nil }) {
      let column = Int(features[k * width])
      throw .rangeTooWide(column: column, low: x.column(column).min()!, high: x.column(column).max()!)
    }
    return results.map { $0! }
  }
}
