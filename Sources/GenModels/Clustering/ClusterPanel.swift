import CKernels

/// Centres side by side, as the kernel for distances to many points wants them.
struct ClusterPanel: Sendable {
  /// Coordinate c of centre j is at c · `width` + j.
  let values: [Double]
  /// Places a coordinate takes: a multiple of 8.
  let width: Int

  init(_ centres: Matrix) {
    let width = (centres.rows + 7) / 8 * 8
    var panel = [Double](repeating: 0, count: width * centres.columns)
    for j in 0..<centres.rows {
      for c in 0..<centres.columns { panel[c * width + j] = centres[j, c] }
    }
    values = panel
    self.width = width
  }

  /// Half the distance of each centre to the nearest other one.
  func halfGaps(_ centres: Matrix) -> [Double] {
    let kernels = ood_active_kernels().pointee.neighbours
    let squares = Scratch<Double>(width)
    return (0..<centres.rows).map { j in
      centres.withUnsafeElements {
        kernels.panel_distances(
          ood_metric_squared_euclidean, $0.baseAddress! + j * centres.columns, values, width,
          centres.columns, squares.base)
      }
      let least = (0..<centres.rows).reduce(Double.infinity) { $1 == j ? $0 : min($0, squares.base[$1]) }
      return least.squareRoot() / 2
    }
  }
}
