extension Matrix {
  /// Aᵀ.
  public var transposed: Matrix {
    Matrix(rows: columns, columns: rows) { destination in
      for i in 0..<rows {
        for j in 0..<columns { destination[j * rows + i] = elements[i * columns + j] }
      }
    }
  }

  /// The matrix product op(A) · op(B), where op transposes or does nothing. 2·m·k·n operations, BLAS `dgemm` on
  /// chunks of rows; the bits don't depend on the number of threads.
  public func matrixProduct(
    _ other: Matrix, transposingSelf: Bool = false, transposingOther: Bool = false
  ) -> Matrix {
    let (m, k) = transposingSelf ? (columns, rows) : (rows, columns)
    let (depth, n) = transposingOther ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(
      k == depth,
      "The product of \(rows) by \(columns)\(transposingSelf ? " transposed" : "") and \(other.rows) by "
        + "\(other.columns)\(transposingOther ? " transposed" : "") does not exist: \(k) columns meet \(depth) rows."
    )
    return Matrix(rows: m, columns: n) { destination in
      guard m > 0 && n > 0 else { return }
      guard k > 0 else { return destination.initialize(repeating: 0) }
      withUnsafeElements { a in
        other.withUnsafeElements { b in
          nonisolated(unsafe) let (left, right, product) = (
            a.baseAddress!, b.baseAddress!, destination.baseAddress!
          )
          parallelFor(m, grain: 128) { range in
            BLAS.multiply(
              m: range.count, n: n, k: k,
              BLAS.Operand(
                base: left + range.lowerBound * (transposingSelf ? 1 : k), rowStride: columns,
                transposed: transposingSelf),
              BLAS.Operand(base: right, rowStride: other.columns, transposed: transposingOther),
              into: product + range.lowerBound * n, rowStride: n)
          }
        }
      }
    }
  }

  /// The matrix product A · B (not element by element).
  public static func * (a: Matrix, b: Matrix) -> Matrix { a.matrixProduct(b) }

  /// The product A · x with a vector.
  public static func * (a: Matrix, x: [Double]) -> [Double] {
    a.matrixProduct(Matrix(rows: x.count, columns: 1, elements: x)).elements
  }

  public static func * (a: Matrix, factor: Double) -> Matrix {
    Matrix(rows: a.rows, columns: a.columns, elements: a.elements.map { $0 * factor })
  }

  public static func * (factor: Double, a: Matrix) -> Matrix { a * factor }

  public static func + (a: Matrix, b: Matrix) -> Matrix { a.combined(b, "sum", +) }

  public static func - (a: Matrix, b: Matrix) -> Matrix { a.combined(b, "difference", -) }

  public static prefix func - (a: Matrix) -> Matrix { a * -1 }

  private func combined(_ other: Matrix, _ name: StaticString, _ operation: (Double, Double) -> Double)
    -> Matrix
  {
    precondition(
      rows == other.rows && columns == other.columns,
      "The \(name) of matrices needs equal extents, and these are \(rows) by \(columns) and "
        + "\(other.rows) by \(other.columns).")
    return Matrix(
      rows: rows, columns: columns, elements: zip(elements, other.elements).map(operation))
  }
}
