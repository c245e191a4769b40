import CKernels

/// op(A) · op(B) of two matrices, where op transposes or does nothing: `[m, k]` times `[k, n]` gives `[m, n]`.
///
/// 2·m·k·n operations, on several threads from about four million on; the bits don't depend on their number.
func matrixProduct(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
  precondition(
    a.rank == 2 && b.rank == 2,
    "A matrix product takes two matrices, and the shapes are \(a.shape) and \(b.shape).")
  let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
  let (depth, n) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
  precondition(
    k == depth,
    "The product of matrices of shapes \(a.shape)\(transposeA ? " transposed" : "") and "
      + "\(b.shape)\(transposeB ? " transposed" : "") does not exist: \(k) columns meet \(depth) rows.")
  let product = Buffer<Float>(count: m * n)
  matrixMultiply(
    rows: m, columns: n, depth: k, a.buffer.base, transposeA: transposeA, b.buffer.base,
    transposeB: transposeB,
    into: product.base)
  return Tensor(shape: [m, n], buffer: product)
}

/// C (+)= op(A) · op(B), then + bias in every row, then max(0, ·), all row-major and without gaps.
///
/// - Parameters:
///   - m: Rows of C and of op(A).
///   - n: Columns of C and of op(B), and elements of the bias.
///   - k: Columns of op(A) and rows of op(B); 0 gives zeros.
///   - accumulate: Adds to C; else C is only written, and may hold anything.
package func matrixMultiply(
  rows m: Int, columns n: Int, depth k: Int, _ a: UnsafePointer<Float>, transposeA: Bool,
  _ b: UnsafePointer<Float>, transposeB: Bool, into c: UnsafeMutablePointer<Float>, accumulate: Bool = false,
  bias: UnsafePointer<Float>? = nil, relu: Bool = false
) {
  if m == 0 || n == 0 { return }
  let product = MatrixMultiplication(
    m: m, n: n, k: k,
    a: ood_matmul_operand(base: a, row_stride: transposeA ? 1 : k, column_stride: transposeA ? m : 1),
    b: ood_matmul_operand(base: b, row_stride: transposeB ? 1 : n, column_stride: transposeB ? k : 1),
    c: ood_matmul_output(
      base: c, row_stride: n, accumulate: accumulate ? 1 : 0, bias: bias, relu: relu ? 1 : 0,
      streams: m * n >= MatrixMultiplication.largeResult ? 1 : 0))
  product.run()
}

/// A product of parts of larger matrices, on the calling thread alone: C (+)= A · B, then + bias, then max(0, ·). The bits of an
/// element of C depend on its row of A and its column of B alone.
func matrixBlockProduct(
  rows m: Int, columns n: Int, depth k: Int, _ a: ood_matmul_operand, _ b: ood_matmul_operand,
  into c: ood_matmul_output
) {
  if m == 0 || n == 0 { return }
  MatrixMultiplication(m: m, n: n, k: k, a: a, b: b, c: c).runOnThisThread()
}

/// One product on its way: which kernels compute it, and in which chunks.
private struct MatrixMultiplication: @unchecked Sendable {
  let m, n, k: Int
  let a, b: ood_matmul_operand
  let c: ood_matmul_output

  /// Multiply-adds below which a second thread costs more than it gives: some 15 µs of work.
  private static let smallWork = 1 << 21
  /// Rows from which B is packed once for all chunks rather than by each chunk.
  private static let manyRows = 384
  /// Floats of a packed B beyond which it is packed piece by piece after all: 128 MiB.
  private static let largestPackedCount = 1 << 25

  /// Floats from which a result is written around the caches, which would keep little of it: 8 MiB.
  static let largeResult = 1 << 21

  func run() {
    if usesLibraryProduct {
      runInLibrary()
    } else if (m == 1 || n == 1) && c.bias == nil && c.relu == 0 {
      runWithVector()
    } else if m * n * k <= Self.smallWork {
      kernels.matmul.multiply_unpacked(0, m, 0, kernels.matmul.panel_count(n), k, n, a, b, c)
    } else if m <= Self.manyRows || n < kernels.width
      || kernels.matmul.packed_count(k, n) > Self.largestPackedCount
    {
      runUnpacked()
    } else {
      runPacked()
    }
  }

  /// The whole product in one call.
  func runOnThisThread() {
    if usesLibraryProduct {
      runInLibrary(rows: 0..<m, columns: 0..<n)
    } else {
      kernels.matmul.multiply_unpacked(0, m, 0, kernels.matmul.panel_count(n), k, n, a, b, c)
    }
  }

  /// Few rows or few columns: chunks are groups of panels, each of which copies from A or B what it needs; rows are cut only
  /// where there is one panel. A transposed B wants groups of about 192 columns, over which A's copy pays.
  private func runUnpacked() {
    let panels = kernels.matmul.panel_count(n)
    let widePanels = 192 / kernels.matmul.tile_columns
    let widestPanels = 512 / kernels.matmul.tile_columns
    let panelGrain =
      panels / 16 > widePanels
      ? min(panels / 16, widestPanels) : Self.evenGrain(panels: panels, most: min(widePanels, panels / 2))
    let rowGrain = panels > 1 && m <= Self.manyRows ? m : 16 * kernels.matmul.tile_rows
    forEachChunk(rowGrain: rowGrain, panels: panels, panelGrain: panelGrain) { rows, panels in
      kernels.matmul.multiply_unpacked(
        rows.lowerBound, rows.upperBound, panels.lowerBound, panels.upperBound, k, n, a, b, c)
    }
  }

  /// The group size, at most `most`, with which the busier of two threads gets the fewest panels; the largest of those
  /// that do equally well. 8 panels in groups of 3 would be 5 and 3; in groups of 2 they are 4 and 4.
  private static func evenGrain(panels: Int, most: Int) -> Int {
    var best = (grain: 1, panels: (panels + 1) / 2)
    for grain in stride(from: 2, through: most, by: 1) {
      let groups = (panels + grain - 1) / grain
      let busier = groups % 2 == 0 ? groups / 2 * grain : panels - groups / 2 * grain
      if busier <= best.panels { best = (grain, busier) }
    }
    return best.grain
  }

  /// Many rows: B is packed once, then chunks are blocks of rows and groups of panels.
  private func runPacked() {
    let packed = Buffer<Float>(count: kernels.matmul.packed_count(k, n))
    let panels = kernels.matmul.panel_count(n)
    let packGrain = max(1, (1 << 18) / max(1, k * kernels.matmul.tile_columns))
    parallelFor(panels, grain: packGrain) { range in
      kernels.matmul.pack(range.lowerBound, range.upperBound, k, n, b, packed.base)
    }
    let panelGrain = 512 / kernels.matmul.tile_columns
    let panelChunks = (panels + panelGrain - 1) / panelGrain
    let rowGrain = evenRowGrain(panelChunks: panelChunks)
    forEachChunk(rowGrain: rowGrain, panels: panels, panelGrain: panelGrain) { rows, panels in
      kernels.matmul.multiply(
        rows.lowerBound, rows.upperBound, panels.lowerBound, panels.upperBound, k, n, a, packed.base, c)
    }
  }

  /// The rows of a chunk, 8 to 32 tiles, with which the busiest thread computes the fewest; the most of those that do equally well.
  private func evenRowGrain(panelChunks: Int) -> Int {
    let threads = Parallelism.threads
    var best = (grain: 0, rows: Int.max)
    for tiles in stride(from: 32, through: 8, by: -1) {
      let grain = tiles * kernels.matmul.tile_rows
      let chunks = (m + grain - 1) / grain * panelChunks
      let rows = (chunks + threads - 1) / threads * grain
      // A few rows fewer are not worth that B is read once more.
      if Double(rows) < 0.97 * Double(best.rows) { best = (grain, rows) }
    }
    return best.grain
  }

  /// Cuts C into rectangles of `rowGrain` rows by `panelGrain` panels.
  private func forEachChunk(
    rowGrain: Int, panels: Int, panelGrain: Int, _ body: @Sendable (Range<Int>, Range<Int>) -> Void
  ) {
    let rowChunks = (m + rowGrain - 1) / rowGrain
    let panelChunks = (panels + panelGrain - 1) / panelGrain
    parallelFor(rowChunks * panelChunks, grain: 1) { range in
      for chunk in range {
        let row = chunk / panelChunks * rowGrain
        let panel = chunk % panelChunks * panelGrain
        body(row..<min(m, row + rowGrain), panel..<min(panels, panel + panelGrain))
      }
    }
  }

  /// A matrix times a vector: the matrix is read once, at memory bandwidth.
  private func runWithVector() {
    // n == 1 is A·x; m == 1 is x·B, that is Bᵀ·x. The vectors lie side by side either way.
    let (matrix, vector, count) = n == 1 ? (a, b.base, m) : (b.transposed, a.base, n)
    let (rowStride, columnStride) = (matrix.row_stride, matrix.column_stride)
    nonisolated(unsafe) let (from, x) = (matrix.base, vector)
    let grain = max(64, Self.smallWork / 8 / max(1, k))
    parallelFor(count, grain: grain) { range in
      if columnStride == 1 {
        kernels.matmul.rows_times_vector(
          range.lowerBound, range.upperBound, k, from, rowStride, x, c.base, c.accumulate)
      } else {
        kernels.matmul.vector_times_columns(
          range.lowerBound, range.upperBound, k, from, columnStride, x, c.base, c.accumulate)
      }
    }
  }

  /// Whether the system's library multiplies: on Apple systems, whose matrix units only Accelerate reaches; and with AVX2
  /// where rows of a transposed A lie multiples of 4 KiB apart, which fall on the same places of the first-level cache.
  /// (There the kernels, which read A in place, fall behind OpenBLAS. Elsewhere OpenBLAS is not asked, portable kernels or not: on some
  /// processors its bits for a row depend on how many rows there are, and a score must not depend on its batch.)
  private var usesLibraryProduct: Bool {
    #if canImport(Accelerate)
      return true
    #else
      return kernels.width == 8 && a.row_stride == 1 && a.column_stride % 1024 == 0 && m > 1 && n > 1
        && m * n * k > Self.smallWork
    #endif
  }

  /// The library's product on chunks of fixed size, each on one thread, so that the bits stay the same.
  private func runInLibrary() {
    #if canImport(Accelerate)
      let (rowGrain, columnGrain) = (m, n)  // Accelerate has threads of its own.
    #else
      let (rowGrain, columnGrain) = m * n * k <= Self.smallWork ? (m, n) : (256, 512)
    #endif
    let columnChunks = (n + columnGrain - 1) / columnGrain
    parallelFor((m + rowGrain - 1) / rowGrain * columnChunks, grain: 1) { range in
      for chunk in range {
        let row = chunk / columnChunks * rowGrain
        let column = chunk % columnChunks * columnGrain
        runInLibrary(rows: row..<min(m, row + rowGrain), columns: column..<min(n, column + columnGrain))
      }
    }
  }

  private func runInLibrary(rows: Range<Int>, columns: Range<Int>) {
    BLAS.multiply(
      m: rows.count, n: columns.count, k: k, a.libraryOperand(offset: rows.lowerBound * a.row_stride),
      b.libraryOperand(offset: columns.lowerBound * b.column_stride),
      into: c.base + rows.lowerBound * c.row_stride + columns.lowerBound, rowStride: c.row_stride,
      accumulate: c.accumulate != 0)
    guard c.bias != nil || c.relu != 0 else { return }
    for i in rows {
      for j in columns {
        var value = c.base[i * c.row_stride + j]
        if let bias = c.bias { value += bias[j] }
        c.base[i * c.row_stride + j] = c.relu != 0 && value < 0 ? 0 : value
      }
    }
  }
}

extension ood_matmul_operand {
  fileprivate var transposed: ood_matmul_operand {
    ood_matmul_operand(base: base, row_stride: column_stride, column_stride: row_stride)
  }

  /// The part that starts at `offset`, as BLAS describes it: the row stride is that of the matrix in memory.
  fileprivate func libraryOperand(offset: Int) -> BLAS.Operand<Float> {
    let transposed = column_stride != 1
    return BLAS.Operand(
      base: base + offset, rowStride: transposed ? column_stride : row_stride, transposed: transposed)
  }
}
