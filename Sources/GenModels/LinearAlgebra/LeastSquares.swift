extension DenseMatrix {
  /// The X that minimizes ‖A·X − B‖ column by column, for this matrix A with at least as many rows as columns.
  ///
  /// About 2·m·n² operations for m rows and n columns; LAPACK `gels` (orthogonal factorization).
  ///
  /// - Throws: `LinearAlgebraError.dependentColumns` when the solution is not unique, or `notFinite`.
  public func leastSquares(_ right: Self) throws(LinearAlgebraError) -> Self {
    let (rows, columns) = matrixExtents
    let (rightRows, rightColumns) = right.matrixExtents
    precondition(
      rows >= columns,
      "Least squares takes at least as many rows as columns, and this matrix is \(rows) by \(columns).")
    precondition(
      rows == rightRows,
      "A right-hand side has as many rows as the matrix: the matrix is \(rows) by \(columns), "
        + "and the right-hand side \(rightRows) by \(rightColumns).")
    try requireFinite()
    try right.requireFinite()
    if columns == 0 || rightColumns == 0 {
      return Self(rows: columns, columns: rightColumns) { $0.initialize(repeating: 0) }
    }
    var a = copiedElements()
    var b = [Scalar](repeating: 0, count: rows * rightColumns)
    right.withUnsafeElements { elements in
      for i in 0..<rows {
        for j in 0..<rightColumns { b[j * rows + i] = elements[i * rightColumns + j] }
      }
    }
    let status = a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        Scalar.lapack.leastSquares(columns, rows, rightColumns, a.baseAddress!, b.baseAddress!)
      }
    }
    if status > 0 { throw .dependentColumns(rows: rows, columns: columns) }
    return Self(rows: columns, columns: rightColumns) { destination in
      for i in 0..<columns {
        for j in 0..<rightColumns { destination[i * rightColumns + j] = b[j * rows + i] }
      }
    }
  }
}
