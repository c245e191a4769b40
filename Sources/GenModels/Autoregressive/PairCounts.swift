#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How often each pair of categories of two columns stands in a row of a table, with a uniform distribution of some weight beside.
struct PairCounts: Sendable {
  private let rows, smoothing: Double
  private let sizes: [Int]
  /// The place of each column's second category among all; the first ones follow from the others.
  private let starts: [Int]
  private let total: Int
  /// Rows with each category but a column's first, and with each pair of such.
  private let single: [Double]
  private let pairs: [Double]

  /// Counts in products of matrices of 0 and 1, 2¹⁶ rows at a time, which 32 bits hold exactly.
  init(_ x: Matrix, categories: [[Double]], smoothing: Double) {
    rows = Double(x.rows)
    self.smoothing = smoothing
    let sizes = categories.map(\.count)
    self.sizes = sizes
    var starts: [Int] = []
    var total = 0
    for size in sizes {
      starts.append(total)
      total += size - 1
    }
    (self.starts, self.total) = (starts, total)
    let places = categories.map { Dictionary(uniqueKeysWithValues: zip($0, $0.indices)) }
    var pairs = [Double](repeating: 0, count: total * total)
    for first in stride(from: 0, to: x.rows, by: 1 << 16) {
      let part = first..<min(x.rows, first + 1 << 16)
      guard total > 0 else { break }
      let marks = Tensor(shape: [part.count, total]) { marks in
        marks.initialize(repeating: 0)
        for (i, row) in part.enumerated() {
          for j in sizes.indices {
            let place = places[j][x[row, j]]!
            if place > 0 { marks[i * total + starts[j] + place - 1] = 1 }
          }
        }
      }
      let product = marks.matrixProduct(marks, transposingSelf: true)
      product.withUnsafeElements { counts in for i in 0..<counts.count { pairs[i] += Double(counts[i]) } }
    }
    let diagonal = stride(from: 0, to: total * total, by: total + 1).map { pairs[$0] }
    (single, self.pairs) = (diagonal, pairs)
  }

  /// Rows with category a of column j.
  private func count(_ j: Int, _ a: Int) -> Double {
    if a > 0 { return single[starts[j] + a - 1] }
    return (1..<sizes[j]).reduce(rows) { $0 - single[starts[j] + $1 - 1] }
  }

  /// P(a, b) of columns j and k, `[a · Kk + b]`.
  func joint(_ j: Int, _ k: Int) -> [Double] {
    let (m, n) = (sizes[j], sizes[k])
    var table = [Double](repeating: 0, count: m * n)
    for a in 1..<max(1, m) {
      var rest = count(j, a)
      for b in 1..<max(1, n) {
        let both = pairs[(starts[j] + a - 1) * total + starts[k] + b - 1]
        table[a * n + b] = both
        rest -= both
      }
      table[a * n] = rest
    }
    for b in 0..<n {
      var rest = count(k, b)
      for a in 1..<max(1, m) { rest -= table[a * n + b] }
      table[b] = rest
    }
    let share = smoothing / Double(m * n)
    return table.map { ($0 + share) / (rows + smoothing) }
  }

  /// P(a) of column j.
  func marginal(_ j: Int) -> [Double] {
    (0..<sizes[j]).map { (count(j, $0) + smoothing / Double(sizes[j])) / (rows + smoothing) }
  }

  /// Σ P(a, b) ln P(a, b) / (P(a) P(b)), in nats.
  func mutualInformation(_ j: Int, _ k: Int) -> Double {
    let (table, p, q) = (joint(j, k), marginal(j), marginal(k))
    var sum = 0.0
    for a in p.indices {
      for b in q.indices {
        let both = table[a * q.count + b]
        if both > 0 { sum += both * log(both / (p[a] * q[b])) }
      }
    }
    return sum
  }

  /// P(b | a) of a column given its parent, `[a · K + b]`; P(b) for a root. Where the parent's category never stands, P(b).
  func conditionals(_ column: Int, given parent: Int?) -> [Double] {
    let own = marginal(column)
    guard let parent else { return own }
    let (table, weights) = (joint(parent, column), marginal(parent))
    return weights.indices.flatMap { a in
      own.indices.map { b in weights[a] > 0 ? max(0, table[a * own.count + b]) / weights[a] : own[b] }
    }
  }
}
