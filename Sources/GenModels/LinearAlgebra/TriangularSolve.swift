/// Which half of a matrix, with its diagonal, is meant; the other half is not read.
public enum Triangle: Sendable, Hashable {
  case lower, upper
}

extension DenseMatrix {
  /// The solution X of op(T) · X = B, where T is this matrix's lower or upper triangle and op transposes or does
  /// nothing. n²·r operations for n rows and r right-hand sides; BLAS `trsm`.
  ///
  /// - Parameters:
  ///   - right: B, with as many rows as T.
  ///   - triangle: The half of this square matrix that is T. The other half is not read.
  ///   - transposed: Solves Tᵀ · X = B.
  ///   - unitDiagonal: Takes the diagonal for ones, without reading it.
  /// - Throws: `LinearAlgebraError.singular` when the diagonal has a zero; `notFinite` for a number in B or in
  ///   the diagonal that is NaN or infinite.
  public func solveTriangular(
    _ right: Self, _ triangle: Triangle, transposed: Bool = false, unitDiagonal: Bool = false
  ) throws(LinearAlgebraError) -> Self {
    let size = squareSize(for: "A triangular solution")
    let (rows, columns) = right.matrixExtents
    requireEqualRows(size, rows, columns)
    try right.requireFinite()
    if !unitDiagonal { try requireSolvableDiagonal() }
    var solution = right.copiedElements()
    withUnsafeElements { t in
      guard size > 0 && columns > 0, let base = t.baseAddress else { return }
      solution.withUnsafeMutableBufferPointer { x in
        Scalar.lapack.solveTriangular(
          size, columns, triangle, unitDiagonal,
          BLAS.Operand(base: base, rowStride: size, transposed: transposed), x.baseAddress!)
      }
    }
    return Self(rows: size, columns: columns, elements: solution)
  }

  /// Traps when a right-hand side's rows are not those of the matrix.
  func requireEqualRows(_ size: Int, _ rows: Int, _ columns: Int) {
    precondition(
      size == rows,
      "A right-hand side has as many rows as the matrix: the matrix is \(size) by \(size), "
        + "and the right-hand side \(rows) by \(columns).")
  }

  private func requireSolvableDiagonal() throws(LinearAlgebraError) {
    let size = matrixExtents.rows
    let found: LinearAlgebraError? = withUnsafeElements { elements in
      for i in 0..<size {
        let pivot = elements[i * size + i]
        if !pivot.isFinite { return .notFinite(row: i, column: i) }
        if pivot == 0 { return .singular(pivot: i, size: size) }
      }
      return nil
    }
    if let found { throw found }
  }
}
