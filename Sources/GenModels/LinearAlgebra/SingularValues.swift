/// The thin singular value decomposition of an m by n matrix: A = U·S·Vᵀ with r = min(m, n) singular values.
///
/// About 6·m·n·r + 20·r³ operations; LAPACK `gesdd` (divide and conquer).
public struct SingularValues<M: DenseMatrix>: Sendable {
  /// U, m by r, with orthonormal columns.
  public let left: M
  /// The diagonal of S: not negative, **descending**.
  public let values: [M.Scalar]
  /// Vᵀ, r by n, with orthonormal rows.
  public let rightTransposed: M

  /// The decomposition of `matrix`.
  ///
  /// - Throws: `LinearAlgebraError.notFinite` or `noConvergence`.
  public init(_ matrix: M) throws(LinearAlgebraError) {
    let (rows, columns) = matrix.matrixExtents
    try matrix.requireFinite()
    let rank = min(rows, columns)
    var elements = matrix.copiedElements()
    var values = [M.Scalar](repeating: 0, count: rank)
    var left = [M.Scalar](repeating: 0, count: rows * rank)
    var right = [M.Scalar](repeating: 0, count: rank * columns)
    // LAPACK reads the elements as Aᵀ = V·S·Uᵀ and writes V and Uᵀ by columns: Vᵀ and U by rows.
    let status = elements.withUnsafeMutableBufferPointer { a in
      values.withUnsafeMutableBufferPointer { s in
        left.withUnsafeMutableBufferPointer { u in
          right.withUnsafeMutableBufferPointer { v in
            rank == 0
              ? 0
              : M.Scalar.lapack.singularValues(
                columns, rows, a.baseAddress!, s.baseAddress!, v.baseAddress!, u.baseAddress!)
          }
        }
      }
    }
    if status > 0 { throw .noConvergence(routine: "gesdd", rows: rows, columns: columns) }
    self.values = values
    self.left = M(rows: rows, columns: rank, elements: left)
    rightTransposed = M(rows: rank, columns: columns, elements: right)
  }
}
