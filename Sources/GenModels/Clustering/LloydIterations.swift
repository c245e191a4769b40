import CKernels

/// One start of k-means: S. P. Lloyd's iterations (1982), in which most rows are passed over by bounds (G. Hamerly, Making k-means even faster,
/// 2010).
///
/// A row keeps its cluster as long as its distance to the centre is surely below half of that centre's distance to the next one, or below the
/// distance to any other centre. Both are known from earlier iterations up to what the centres moved since, so that only rows near a
/// border are measured again. The result is that of measuring all rows in each iteration.
struct LloydIterations {
  private let x: Matrix
  private(set) var centres: Matrix
  private(set) var labels: [Int32]
  private(set) var iterations = 0
  /// Distances: at most this to the own centre, at least that to any other.
  private var upper, lower: [Double]
  private var sums: ClusterSums

  /// Assigns each row to the nearest of the first centres.
  init(_ x: Matrix, centres: Matrix) {
    self.x = x
    self.centres = centres
    labels = [Int32](repeating: 0, count: x.rows)
    upper = [Double](repeating: .infinity, count: x.rows)
    lower = [Double](repeating: 0, count: x.rows)
    sums = ClusterSums(columns: x.columns, clusters: centres.rows)
    assign(drifts: [Double](repeating: 0, count: centres.rows))
    sums = ClusterSums(x, labels, clusters: centres.rows)
  }

  /// Iterates until no label changes or the centres' squared shift is at most `tolerance`.
  mutating func iterate(most: Int, tolerance: Double) {
    while iterations < most {
      iterations += 1
      let drifts = moveCentres()
      let changed = assign(drifts: drifts)
      if changed.isEmpty { break }
      sums.change(changed, x, labels)
      if drifts.reduce(0, { $0 + $1 * $1 }) <= tolerance { break }
    }
  }

  /// The assignment to the centres as they are, measured.
  var assignment: ClusterAssignment { ClusterAssignment(x, centres) }

  /// Centres become the means of their rows; an empty one the row farthest from its centre (then the next). Returns how far each
  /// moved.
  private mutating func moveCentres() -> [Double] {
    let (k, d) = (centres.rows, x.columns)
    let empty = sums.counts.indices.filter { sums.counts[$0] == 0 }
    var farthest: [Int] = []
    if !empty.isEmpty {
      let distances = assignment.squaredDistances
      farthest = Array(
        distances.indices.sorted { (-distances[$0], $0) < (-distances[$1], $1) }.prefix(empty.count))
    }
    let before = centres
    centres = Matrix(rows: k, columns: d) { destination in
      for j in 0..<k {
        let count = Double(sums.counts[j])
        for c in 0..<d where count > 0 { destination[j * d + c] = sums.sums[j * d + c] / count }
      }
      for (place, j) in empty.enumerated() {
        for c in 0..<d { destination[j * d + c] = x[farthest[place], c] }
      }
    }
    return (0..<k).map { j in
      (0..<d).reduce(0.0) { sum, c in
        let difference = centres[j, c] - before[j, c]
        return sum + difference * difference
      }.squareRoot()
    }
  }

  /// Gives each row the nearest centre; returns the rows whose label changed, with their former one.
  @discardableResult
  private mutating func assign(drifts: [Double]) -> [ClusterSums.Change] {
    let (n, d, k) = (x.rows, x.columns, centres.rows)
    let panel = ClusterPanel(centres)
    let halfGaps = panel.halfGaps(centres)
    // The farthest that any other centre than the own moved.
    let order = drifts.indices.sorted { drifts[$0] > drifts[$1] }
    let others = drifts.indices.map { j in k == 1 ? 0 : drifts[order[0] == j ? order[1] : order[0]] }
    let chunk = 1024
    var changes = [[ClusterSums.Change]](repeating: [], count: (n + chunk - 1) / chunk)
    changes.withUnsafeMutableBufferPointer { changes in
      labels.withUnsafeMutableBufferPointer { labels in
        upper.withUnsafeMutableBufferPointer { upper in
          lower.withUnsafeMutableBufferPointer { lower in
            x.withUnsafeElements { elements in
              nonisolated(unsafe) let (changes, labels) = (changes, labels.baseAddress!)
              nonisolated(unsafe) let (upper, lower) = (upper.baseAddress!, lower.baseAddress!)
              nonisolated(unsafe) let rows = elements.baseAddress!
              parallelFor(n, grain: chunk) { range in
                let kernels = ood_active_kernels().pointee.neighbours
                let squares = Scratch<Double>(panel.width)
                var changed: [ClusterSums.Change] = []
                for i in range {
                  let own = Int(labels[i])
                  var (near, far) = (upper[i] + drifts[own], lower[i] - others[own])
                  // Rounding must not keep a row that belongs elsewhere.
                  let limit = max(far, halfGaps[own]) * (1 - 1e-9)
                  if near >= limit {
                    kernels.panel_distances(
                      ood_metric_squared_euclidean, rows + i * d, panel.values, panel.width, d, squares.base)
                    var (nearest, least, second) = (0, Double.infinity, Double.infinity)
                    for j in 0..<k {
                      let square = squares.base[j]
                      if square < least {
                        (second, least, nearest) = (least, square, j)
                      } else if square < second {
                        second = square
                      }
                    }
                    (near, far) = (least.squareRoot(), second.squareRoot())
                    if nearest != own {
                      changed.append(.init(row: Int32(i), from: Int32(own)))
                      labels[i] = Int32(nearest)
                    }
                  }
                  (upper[i], lower[i]) = (near, far)
                }
                if !changed.isEmpty { changes[range.lowerBound / chunk] = changed }
              }
            }
          }
        }
      }
    }
    return changes.flatMap { $0 }
  }
}
