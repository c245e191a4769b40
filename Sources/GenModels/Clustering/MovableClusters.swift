import CKernels

/// Clusters whose means follow single rows that change over (J. A. Hartigan, "Clustering Algorithms", 1975).
struct MovableClusters {
  private let x: Matrix
  private var labels: [Int]
  private var counts: [Double]
  /// Cluster j's mean is column j; `width` columns, a multiple of eight, the rest never looked at.
  private var panel: [Double]
  private let width: Int

  init(_ x: Matrix, _ labels: [Int], _ clusters: Int) {
    self.x = x
    self.labels = labels
    width = (clusters + 7) / 8 * 8
    counts = Array(repeating: 0, count: clusters)
    panel = Array(repeating: 0, count: width * x.columns)
    for (i, label) in labels.enumerated() {
      counts[label] += 1
      for k in 0..<x.columns { panel[k * width + label] += x[i, k] }
    }
    for k in 0..<x.columns {
      for j in 0..<clusters where counts[j] > 0 { panel[k * width + j] /= counts[j] }
    }
  }

  /// The means, a row each.
  var centres: Matrix {
    Matrix(rows: counts.count, columns: x.columns) { destination in
      for j in counts.indices {
        for k in 0..<x.columns { destination[j * x.columns + k] = panel[k * width + j] }
      }
    }
  }

  /// Goes over all rows once; returns by how much the inertia falls.
  mutating func pass() -> Double {
    let (d, k) = (x.columns, counts.count)
    let kernels = ood_active_kernels().pointee.neighbours
    let distances = Scratch<Double>(width)
    var gained = 0.0
    x.withUnsafeElements { elements in
      for i in labels.indices {
        let (row, from) = (elements.baseAddress! + i * d, labels[i])
        guard counts[from] > 1 else { continue }
        kernels.panel_distances(ood_metric_squared_euclidean, row, panel, width, d, distances.base)
        // A gain of rounding is none, or rows would go to and fro.
        let gain = distances.base[from] * counts[from] / (counts[from] - 1)
        var (least, to) = (gain * (1 - 1e-9), from)
        for j in 0..<k where j != from {
          let cost = distances.base[j] * counts[j] / (counts[j] + 1)
          if cost < least { (least, to) = (cost, j) }
        }
        if to == from { continue }
        counts[from] -= 1
        counts[to] += 1
        for c in 0..<d {
          panel[c * width + from] += (panel[c * width + from] - row[c]) / counts[from]
          panel[c * width + to] += (row[c] - panel[c * width + to]) / counts[to]
        }
        labels[i] = to
        gained += gain - least
      }
    }
    return gained
  }
}
