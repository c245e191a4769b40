import CKernels

extension Matrix {
  /// The columns, each ascending. −0 becomes 0. Radix sort, one thread a column.
  package func sortedColumns() -> [[Double]] {
    var columns = [[Double]](repeating: [], count: self.columns)
    columns.withUnsafeMutableBufferPointer { columns in
      nonisolated(unsafe) let columns = columns
      parallelFor(self.columns, grain: 1) { range in
        for j in range {
          columns[j] = [Double](unsafeUninitializedCapacity: rows) { buffer, count in
            count = rows
            withUnsafeElements { elements in
              for i in 0..<rows { buffer[i] = elements[i * self.columns + j] }
            }
            buffer.sortAscending()
          }
        }
      }
    }
    return columns
  }
}

extension UnsafeMutableBufferPointer<Double> {
  /// Sorts finite numbers in place.
  package func sortAscending() {
    guard count > 1, let base = baseAddress else { return }
    let sort = ood_active_kernels().pointee.sort
    let bytes = count * 8
    let scratch = ood_buffer_allocate(2 * bytes).bindMemory(to: UInt64.self, capacity: 2 * count)
    defer { ood_buffer_release(scratch, 2 * bytes) }
    sort.keys(base, count, scratch)
    sort.sort_keys(scratch, scratch + count, count)
    sort.numbers(scratch, count, base)
  }
}
