import CPeak
import GenModels

/// A plain copy of a matrix of floats, what memory and caches reach at best.
struct Copy: Sendable {
  let rows: Int
  let columns: Int
  /// Floats from one row to the next.
  let stride: Int

  /// Of contiguous operands.
  init(floats: Int) { self.init(rows: 1, columns: floats, stride: floats) }

  init(rows: Int, columns: Int, stride: Int) {
    self.rows = rows
    self.columns = columns
    self.stride = stride
    let count = rows * stride
    operands = Lazy { (Operand(count, seed: 1), Operand(count, seed: 2)) }
  }

  /// Of an operand, with what lies between the rows.
  var floats: Int { rows * stride }
  /// Read and written.
  var bytes: Double { 8 * Double(rows * columns) }

  /// Copies once; contiguous operands in one piece a thread.
  func run(threads: Int) {
    nonisolated(unsafe) let (from, to) = (operands.value.0.base, operands.value.1.base)
    if rows > 1 {
      for row in 0..<rows { ood_peak_copy(from + row * stride, to + row * stride, columns) }
      return
    }
    Parallelism.withThreads(threads) {
      parallelFor(columns, grain: (columns + threads - 1) / threads) { piece in
        ood_peak_copy(from + piece.lowerBound, to + piece.lowerBound, piece.count)
      }
    }
  }

  private let operands: Lazy<(Operand, Operand)>
}
