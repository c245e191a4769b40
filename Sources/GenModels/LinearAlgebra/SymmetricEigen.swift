/// The eigenvalues and eigenvectors of a symmetric matrix: A = Q·Λ·Qᵀ with orthonormal columns in Q.
///
/// ```swift
/// let eigen = try SymmetricEigen(covariance)
/// eigen.values.last                         // the largest variance
/// ```
///
/// About 9·n³ operations for n rows; LAPACK `syevd` (divide and conquer).
public struct SymmetricEigen<M: DenseMatrix>: Sendable {
  /// The eigenvalues, **ascending**.
  public let values: [M.Scalar]
  /// Q: column j is the unit eigenvector of `values[j]`. Its sign is arbitrary.
  public let vectors: M

  /// The decomposition of `matrix`, of which only the lower triangle and the diagonal are used.
  ///
  /// - Throws: `LinearAlgebraError.notFinite` or `noConvergence`.
  public init(_ matrix: M) throws(LinearAlgebraError) {
    let size = matrix.squareSize(for: "A symmetric eigendecomposition")
    try matrix.requireFinite()
    var elements = matrix.copiedElements()
    var values = [M.Scalar](repeating: 0, count: size)
    let status = elements.withUnsafeMutableBufferPointer { a in
      values.withUnsafeMutableBufferPointer { w in
        size == 0 ? 0 : M.Scalar.lapack.symmetricEigen(size, a.baseAddress!, w.baseAddress!)
      }
    }
    if status > 0 { throw .noConvergence(routine: "syevd", rows: size, columns: size) }
    self.values = values
    // LAPACK's columns are this memory's rows.
    vectors = M(rows: size, columns: size) { destination in
      for i in 0..<size {
        for j in 0..<size { destination[i * size + j] = elements[j * size + i] }
      }
    }
  }
}
