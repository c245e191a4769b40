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
    let panel = ClusterPanel(centres)
    var squares: [Double] = []
    labels = [Int](unsafeUninitializedCapacity: x.rows) { labels, count in
      squares = [Double](unsafeUninitializedCapacity: x.rows) { squares, squaresCount in
        nonisolated(unsafe) let (labels, squares) = (labels, squares)
        x.withUnsafeElements { elements in
          nonisolated(unsafe) let rows = elements.baseAddress
          parallelFor(x.rows, grain: 1024) { range in
            let distances = Scratch<Double>(panel.width)
            for i in range {
              ood_active_kernels().pointee.neighbours.panel_distances(
                ood_metric_squared_euclidean, rows! + i * d, panel.values, panel.width, d, distances.base)
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

  /// Σ over the rows of the squared distance to their centre.
  package var inertia: Double { squaredDistances.reduce(0, +) }

  /// For each centre, the squared distances of all rows to it, or `limits` where these are smaller, and their sum.
  static func distances(
    _ x: Matrix, to centres: Matrix, atMost limits: [Double]
  ) -> [(distances: [Double], total: Double)] {
    let (n, d, k, chunk) = (x.rows, x.columns, centres.rows, 1024)
    let panel = ClusterPanel(centres)
    let all = Scratch<Double>(k * n)
    let sums = Scratch<Double>((n + chunk - 1) / chunk * k)
    nonisolated(unsafe) let (to, partial) = (all.base, sums.base)
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress!
      parallelFor(n, grain: chunk) { range in
        let distances = Scratch<Double>(panel.width)
        let sum = partial + range.lowerBound / chunk * k
        sum.update(repeating: 0, count: k)
        for i in range {
          ood_active_kernels().pointee.neighbours.panel_distances(
            ood_metric_squared_euclidean, rows + i * d, panel.values, panel.width, d, distances.base)
          for j in 0..<k {
            let least = min(limits[i], distances.base[j])
            to[j * n + i] = least
            sum[j] += least
          }
        }
      }
    }
    return (0..<k).map { j in
      let total = stride(from: j, to: (n + chunk - 1) / chunk * k, by: k).reduce(0.0) { $0 + partial[$1] }
      return (Array(UnsafeBufferPointer(start: to + j * n, count: n)), total)
    }
  }
}
