/// The Cholesky factor of a symmetric positive definite matrix: A = L·Lᵀ with L lower triangular.
///
/// ```swift
/// let factor = try Cholesky(covariance)
/// factor.logDeterminant                     // log det A
/// let x = factor.solve(b)                   // A⁻¹·b
/// ```
///
/// n³/3 operations for n rows; LAPACK `potrf`.
public struct Cholesky<M: DenseMatrix>: Sendable {
  /// L: lower triangular with a positive diagonal, zeros above.
  public let factor: M

  /// The factor of `matrix`, of which only the lower triangle and the diagonal are used.
  ///
  /// - Throws: `LinearAlgebraError.notPositiveDefinite` with the first leading block that is not, or `notFinite`.
  public init(_ matrix: M) throws(LinearAlgebraError) {
    let size = matrix.squareSize(for: "A Cholesky factorization")
    try matrix.requireFinite()
    var elements = matrix.copiedElements()
    let status = elements.withUnsafeMutableBufferPointer { a in
      size == 0 ? 0 : M.Scalar.lapack.cholesky(size, a.baseAddress!)
    }
    if status > 0 { throw .notPositiveDefinite(minor: status, size: size) }
    for i in 0..<size {
      for j in i + 1..<max(size, i + 1) { elements[i * size + j] = 0 }
    }
    factor = M(rows: size, columns: size, elements: elements)
  }

  /// Rows of the matrix.
  public var size: Int { factor.matrixExtents.rows }

  /// log det A = 2 Σᵢ log Lᵢᵢ, summed in double precision.
  public var logDeterminant: M.Scalar {
    let size = size
    return factor.withUnsafeElements { elements in
      M.Scalar((0..<size).reduce(0.0) { $0 + 2 * naturalLogarithm(Double(elements[$1 * size + $1])) })
    }
  }

  /// A⁻¹·B for a B with as many rows as A. 2·n²·r operations for r columns; BLAS `trsm` twice.
  public func solve(_ right: M) -> M {
    let (rows, columns) = right.matrixExtents
    factor.requireEqualRows(size, rows, columns)
    return M(rows: rows, columns: columns, elements: solve(right.copiedElements(), columns: columns))
  }

  /// A⁻¹·b for a vector b.
  public func solve(_ right: [M.Scalar]) -> [M.Scalar] {
    factor.requireEqualRows(size, right.count, 1)
    return solve(right, columns: 1)
  }

  /// L⁻¹·B: takes examples in the columns of B to coordinates in which A is the identity. n²·r operations.
  public func whiten(_ right: M) -> M {
    let (rows, columns) = right.matrixExtents
    factor.requireEqualRows(size, rows, columns)
    var elements = right.copiedElements()
    substitute(&elements, columns: columns, transposed: false)
    return M(rows: rows, columns: columns, elements: elements)
  }

  /// A⁻¹, exactly symmetric. 2·n³ operations; `solve` is cheaper and more accurate where the inverse is only
  /// multiplied with.
  public var inverse: M {
    var elements = solve(M.identityMatrix(size).copiedElements(), columns: size)
    let size = size
    for i in 0..<size {
      for j in 0..<i {
        let mean = (elements[i * size + j] + elements[j * size + i]) / 2
        elements[i * size + j] = mean
        elements[j * size + i] = mean
      }
    }
    return M(rows: size, columns: size, elements: elements)
  }

  private func solve(_ right: [M.Scalar], columns: Int) -> [M.Scalar] {
    var elements = right
    substitute(&elements, columns: columns, transposed: false)
    substitute(&elements, columns: columns, transposed: true)
    return elements
  }

  /// B ← L⁻¹·B or L⁻ᵀ·B.
  private func substitute(_ right: inout [M.Scalar], columns: Int, transposed: Bool) {
    let size = size
    if size == 0 || columns == 0 { return }
    factor.withUnsafeElements { l in
      right.withUnsafeMutableBufferPointer { b in
        M.Scalar.lapack.solveTriangular(
          size, columns, .lower, false,
          BLAS.Operand(base: l.baseAddress!, rowStride: size, transposed: transposed), b.baseAddress!)
      }
    }
  }
}
