import GenModels

/// The eigenvalues and eigenvectors of a covariance whose columns have very different units, each eigenvalue to its own
/// digits: a general routine has them to the rounding of the largest one, in which small units drown.
///
/// A Cholesky factor with pivots, S = L Lᵀ, whose columns are then turned in pairs until they are orthogonal (the one-sided
/// method of C. G. J. Jacobi; J. Demmel and K. Veselić, 1992, for its accuracy): their squared lengths are the eigenvalues.
/// A pivot counts as zero when rounding may have made it of its own variance, so units don't decide here either.
///
/// Some ten sweeps of 4·d³ operations.
struct GradedEigen {
  /// The eigenvalues that are not zero, ascending.
  let values: [Double]
  /// Their unit eigenvectors, a row each.
  let vectors: Matrix

  private static let mostSweeps = 60

  init(_ covariance: Matrix) {
    let d = covariance.rows
    var columns = Self.pivotedCholesky(covariance)
    for _ in 0..<Self.mostSweeps {
      var turned = false
      for p in columns.indices {
        for q in columns.indices where q > p {
          turned = Self.orthogonalize(&columns, p, q) || turned
        }
      }
      if !turned { break }
    }
    let found = columns.map { column in
      let square = column.reduce(0) { $0 + $1 * $1 }
      return (square, column.map { $0 / square.squareRoot() })
    }.sorted { $0.0 < $1.0 }
    values = found.map(\.0)
    vectors = Matrix(rows: found.count, columns: d, elements: found.flatMap(\.1))
  }

  /// The columns of L, largest pivots first, as long as they are not rounding.
  private static func pivotedCholesky(_ covariance: Matrix) -> [[Double]] {
    let d = covariance.rows
    var left = covariance
    var columns: [[Double]] = []
    var isDone = (0..<d).map { covariance[$0, $0] <= 0 }
    while let pivot = (0..<d).filter({ !isDone[$0] }).max(by: { left[$0, $0] < left[$1, $1] }) {
      isDone[pivot] = true
      guard left[pivot, pivot] > Double(d) * 0x1p-52 * covariance[pivot, pivot] else { continue }
      let root = left[pivot, pivot].squareRoot()
      var column = [Double](repeating: 0, count: d)
      column[pivot] = root
      for i in 0..<d where !isDone[i] { column[i] = left[i, pivot] / root }
      for i in 0..<d where !isDone[i] {
        for j in 0..<d where !isDone[j] { left[i, j] -= column[i] * column[j] }
      }
      columns.append(column)
    }
    return columns
  }

  /// Turns two columns so that they are orthogonal; false where they are.
  private static func orthogonalize(_ columns: inout [[Double]], _ p: Int, _ q: Int) -> Bool {
    var (pp, qq, pq) = (0.0, 0.0, 0.0)
    for k in columns[p].indices {
      pp += columns[p][k] * columns[p][k]
      qq += columns[q][k] * columns[q][k]
      pq += columns[p][k] * columns[q][k]
    }
    // Beside the shorter column: what is nothing beside the longer one may be all of a small unit's share in it.
    guard abs(pq) > Double(columns[p].count) * 0x1p-52 * min(pp, qq) else { return false }
    let zeta = (qq - pp) / (2 * pq)
    let size = abs(zeta) > 1e100 ? 2 * abs(zeta) : abs(zeta) + (1 + zeta * zeta).squareRoot()
    let tangent = (zeta < 0 ? -1 : 1) / size
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    for k in columns[p].indices {
      let (a, b) = (columns[p][k], columns[q][k])
      columns[p][k] = cosine * (a - tangent * b)
      columns[q][k] = cosine * (tangent * a + b)
    }
    return true
  }
}
