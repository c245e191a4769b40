import GenModels

/// Rows of a kernel matrix, computed when asked for and kept while there is room; the row longest unused goes
/// first.
struct KernelCache {
  private let points: Matrix
  private let kernel: ResolvedKernel
  private let capacity: Int
  private var rows: [Int: [Double]] = [:]
  private var lastUse: [Int: Int] = [:]
  private var clock = 0

  /// - Parameter bytes: Memory for rows; at least two are kept.
  init(_ points: Matrix, _ kernel: ResolvedKernel, bytes: Int) {
    self.points = points
    self.kernel = kernel
    capacity = max(2, bytes / (8 * max(1, points.rows)))
  }

  /// Row i of the kernel matrix.
  mutating func row(_ i: Int) -> [Double] {
    clock += 1
    lastUse[i] = clock
    if let row = rows[i] { return row }
    if rows.count >= capacity {
      // A tenth at once, so that looking for the oldest is rare.
      for old in rows.keys.sorted(by: { lastUse[$0]! < lastUse[$1]! }).prefix(max(1, capacity / 10)) {
        rows[old] = nil
        lastUse[old] = nil
      }
      lastUse[i] = clock
    }
    let row = compute(i)
    rows[i] = row
    return row
  }

  private func compute(_ i: Int) -> [Double] {
    let (n, d) = (points.rows, points.columns)
    return [Double](unsafeUninitializedCapacity: n) { out, count in
      nonisolated(unsafe) let out = out.baseAddress!
      points.withUnsafeElements { elements in
        nonisolated(unsafe) let rows = elements.baseAddress!
        parallelFor(n, grain: max(512, (1 << 17) / d)) { range in
          kernel.values(rows + i * d, rows, d, range, out + range.lowerBound)
        }
      }
      count = n
    }
  }
}
