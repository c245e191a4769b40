import CKernels
import GenModels

/// The nearest of some centres to each row.
struct ClusterAssignment: Sendable {
  /// The number of the nearest centre; of equally near ones, the first.
  let labels: [Int]
  /// The squared distance to it.
  let squaredDistances: [Double]

  /// 3·n·k·d operations.
  init(_ x: Matrix, _ centres: Matrix) {
    let (d, k) = (x.columns, centres.rows)
    let width = (k + 7) / 8 * 8
    var turned = [Double](repeating: 0, count: width * d)
    for j in 0..<k {
      for c in 0..<d { turned[c * width + j] = centres[j, c] }
    }
    let panel = turned
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
}
