/// The sum of each cluster's rows and their number, kept while rows change over.
struct ClusterSums {
  /// A row that has left a cluster.
  struct Change {
    let row, from: Int32
  }

  private let columns: Int
  /// `[clusters, columns]`.
  private(set) var sums: [Double]
  private(set) var counts: [Int]
  /// Changes since the sums were added up, each of which leaves its rounding.
  private var changes = 0

  init(columns: Int, clusters: Int) {
    self.columns = columns
    sums = [Double](repeating: 0, count: clusters * columns)
    counts = [Int](repeating: 0, count: clusters)
  }

  /// n·d operations, in an order that depends on the table's size alone.
  init(_ x: Matrix, _ labels: [Int32], clusters: Int) {
    self.init(columns: x.columns, clusters: clusters)
    let (n, d) = (x.rows, x.columns)
    // At most 64 partial sums.
    let chunk = max(2048, (n + 63) / 64)
    let partial = Scratch<Double>((n + chunk - 1) / chunk * clusters * d)
    nonisolated(unsafe) let base = partial.base
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress!
      parallelFor(n, grain: chunk) { range in
        let to = base + range.lowerBound / chunk * clusters * d
        to.update(repeating: 0, count: clusters * d)
        for i in range {
          let (sum, row) = (to + Int(labels[i]) * d, rows + i * d)
          for c in 0..<d { sum[c] += row[c] }
        }
      }
    }
    for first in stride(from: 0, to: n, by: chunk) {
      let from = base + first / chunk * clusters * d
      for place in sums.indices { sums[place] += from[place] }
    }
    for label in labels { counts[Int(label)] += 1 }
  }

  /// Moves rows over to the cluster that they have now. Where many have moved, or have in the course of time, all is added up anew.
  mutating func change(_ changed: [Change], _ x: Matrix, _ labels: [Int32]) {
    changes += changed.count
    if changes > x.rows / 4 {
      self = ClusterSums(x, labels, clusters: counts.count)
      return
    }
    x.withUnsafeElements { elements in
      for change in changed {
        let (from, to) = (Int(change.from), Int(labels[Int(change.row)]))
        let row = elements.baseAddress! + Int(change.row) * columns
        counts[from] -= 1
        counts[to] += 1
        for c in 0..<columns {
          sums[from * columns + c] -= row[c]
          sums[to * columns + c] += row[c]
        }
      }
    }
  }
}
