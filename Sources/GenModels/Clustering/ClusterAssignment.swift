import CKernels

/// The nearest of some centres to each row.
package struct ClusterAssignment: Sendable {
  /// The number of the nearest centre; of equally near ones, the first.
  package let labels: [Int]
  /// The squared distance to it.
  package let squaredDistances: [Double]

  /// 3·n·k·d operations.
  package init(_ x: Matrix, _ centres: Matrix) {
    let (d, k) = (x.columns, centres.rows)
    let (panel, width) = Self.panel(centres)
    var squares: [Double] = []
    labels = [Int](unsafeUninitializedCapacity: x.rows) { labels, count in
      squares = [Double](unsafeUninitializedCapacity: x.rows) { squares, squaresCount in
        nonisolated(unsafe) let (labels, squares) = (labels, squares)
        x.withUnsafeElements { elements in
          nonisolated(unsafe) let rows = elements.baseAddress
          parallelFor(x.rows, grain: 1024) { range in
            let distances = Scratch<Double>(width)
            for i in range {
              ood_active_kernels().pointee.neighbours.panel_distances(
                ood_metric_squared_euclidean, rows! + i * d, panel, width, d, distances.base)
              var nearest = 0
              for j in 1..<max(1, k) where distances.base[j] < distances.base[nearest] { nearest = j }
              labels[i] = nearest
              squares[i] = distances.base[nearest]
            }
          }
        }
        squaresCount = x.rows
      }
      count = x.rows
    }
    squaredDistances = squares
  }

  /// The centres side by side, as the kernel wants them, and how many places a coordinate takes.
  private static func panel(_ centres: Matrix) -> ([Double], Int) {
    let width = (centres.rows + 7) / 8 * 8
    var panel = [Double](repeating: 0, count: width * centres.columns)
    for j in 0..<centres.rows {
      for c in 0..<centres.columns { panel[c * width + j] = centres[j, c] }
    }
    return (panel, width)
  }

  /// For each centre, the squared distances of all rows to it, or `limits` where these are smaller.
  package static func distances(_ x: Matrix, to centres: Matrix, atMost limits: [Double]) -> [[Double]] {
    let (n, d, k) = (x.rows, x.columns, centres.rows)
    let (panel, width) = panel(centres)
    let all = Scratch<Double>(k * n)
    nonisolated(unsafe) let to = all.base
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress!
      parallelFor(n, grain: 1024) { range in
        let distances = Scratch<Double>(width)
        for i in range {
          ood_active_kernels().pointee.neighbours.panel_distances(
            ood_metric_squared_euclidean, rows + i * d, panel, width, d, distances.base)
          for j in 0..<k { to[j * n + i] = min(limits[i], distances.base[j]) }
        }
      }
    }
    return (0..<k).map { Array(UnsafeBufferPointer(start: to + $0 * n, count: n)) }
  }

  /// The sum of each cluster's rows, [clusters, columns], and their number.
  package func sums(_ x: Matrix, clusters: Int) -> (sums: [Double], counts: [Int]) {
    let (n, d) = (x.rows, x.columns)
    // At most 64 partial sums; their number fixes the order of summation.
    let chunk = max(2048, (n + 63) / 64)
    let partial = Scratch<Double>((n + chunk - 1) / chunk * clusters * d)
    nonisolated(unsafe) let base = partial.base
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress!
      parallelFor(n, grain: chunk) { range in
        let to = base + range.lowerBound / chunk * clusters * d
        to.update(repeating: 0, count: clusters * d)
        for i in range {
          let (sum, row) = (to + labels[i] * d, rows + i * d)
          for c in 0..<d { sum[c] += row[c] }
        }
      }
    }
    var sums = [Double](repeating: 0, count: clusters * d)
    for first in stride(from: 0, to: n, by: chunk) {
      let from = base + first / chunk * clusters * d
      for place in sums.indices { sums[place] += from[place] }
    }
    var counts = [Int](repeating: 0, count: clusters)
    for label in labels { counts[label] += 1 }
    return (sums, counts)
  }
}
