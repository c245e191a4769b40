/// Why a factorization or a solution does not exist, or was not found. Rows, columns and positions count from 0.
public enum LinearAlgebraError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first element, in row-major order, that is NaN or infinite.
  case notFinite(row: Int, column: Int)
  /// The leading block of `minor` rows and columns is the smallest that is not positive definite.
  case notPositiveDefinite(minor: Int, size: Int)
  /// The elimination met a zero pivot, the first at this position of the diagonal.
  case singular(pivot: Int, size: Int)
  /// The columns of a least-squares problem are linearly dependent.
  case dependentColumns(rows: Int, columns: Int)
  /// An iteration ended without its result.
  case noConvergence(routine: String, rows: Int, columns: Int)

  public var description: String {
    switch self {
    case .notFinite(let row, let column):
      "The matrix has a NaN or infinite element in row \(row), column \(column); linear algebra needs finite numbers."
    case .notPositiveDefinite(let minor, let size):
      "The \(size) by \(size) matrix is not positive definite: its leading \(minor) by \(minor) block is not. "
        + "A covariance of fewer examples than dimensions is of this kind; add a multiple of the identity to it."
    case .singular(let pivot, let size):
      "The \(size) by \(size) matrix is singular: its elimination meets a zero at position \(pivot) of the "
        + "diagonal. A row or column depends linearly on others; remove it, or add a multiple of the identity."
    case .dependentColumns(let rows, let columns):
      "The columns of the \(rows) by \(columns) matrix depend linearly on each other, so that the least-squares "
        + "solution is not unique; remove columns or add a penalty."
    case .noConvergence(let routine, let rows, let columns):
      "The routine \(routine) did not converge on a \(rows) by \(columns) matrix. Scale the matrix: "
        + "this happens when its elements are of very different magnitudes."
    }
  }
}
