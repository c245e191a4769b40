/// The factorization of a square matrix into triangles with row exchanges, for determinants and solutions.
///
/// ```swift
/// let lu = try LU(jacobian)
/// lu.logDeterminant                         // log |det A|, −∞ for a singular matrix
/// let x = try lu.solve(b)                   // A⁻¹·b
/// ```
///
/// 2·n³/3 operations for n rows; LAPACK `getrf`.
public struct LU<M: DenseMatrix>: Sendable {
  /// Rows of the matrix.
  public let size: Int

  // LAPACK reads row-major elements as Aᵀ and gives Aᵀ = P·L·U, so A = Uᵀ·Lᵀ·Pᵀ. Seen row by row again, the
  // lower triangle with its diagonal is Uᵀ, and the upper one with a diagonal of ones is Lᵀ.
  private let triangles: [M.Scalar]
  // Row i was exchanged with row exchanges[i], for i = 0, 1, ...
  private let exchanges: [Int32]

  /// Factors `matrix`. A singular matrix has a factorization too: its log-determinant is −∞, and `solve` throws.
  ///
  /// - Throws: `LinearAlgebraError.notFinite`.
  public init(_ matrix: M) throws(LinearAlgebraError) {
    let size = matrix.squareSize(for: "An LU factorization")
    try matrix.requireFinite()
    var elements = matrix.copiedElements()
    var exchanges = [Int32](repeating: 0, count: size)
    if size > 0 {
      elements.withUnsafeMutableBufferPointer { a in
        exchanges.withUnsafeMutableBufferPointer { pivots in
          _ = M.Scalar.lapack.lu(size, a.baseAddress!, pivots.baseAddress!)
        }
      }
    }
    self.size = size
    triangles = elements
    self.exchanges = exchanges.map { $0 - 1 }
  }

  private func pivot(_ i: Int) -> M.Scalar { triangles[i * size + i] }

  /// Whether the elimination met a pivot that is exactly zero.
  public var isSingular: Bool { firstZeroPivot != nil }

  private var firstZeroPivot: Int? { (0..<size).first { pivot($0) == 0 } }

  /// log |det A|, summed in double precision; −∞ for a singular matrix.
  public var logDeterminant: M.Scalar {
    M.Scalar((0..<size).reduce(0.0) { $0 + naturalLogarithm(Double(pivot($1).magnitude)) })
  }

  /// The sign of det A: 1, −1, or 0 for a singular matrix.
  public var determinantSign: M.Scalar {
    var sign: M.Scalar = 1
    for i in 0..<size {
      if pivot(i) == 0 { return 0 }
      if (pivot(i) < 0) != (exchanges[i] != Int32(i)) { sign = -sign }
    }
    return sign
  }

  /// det A; overflows or underflows where `logDeterminant` does not.
  public var determinant: M.Scalar {
    let product = (0..<size).reduce(M.Scalar(1)) { $0 * pivot($1) }
    let exchangeCount = (0..<size).reduce(0) { $0 + (exchanges[$1] != Int32($1) ? 1 : 0) }
    return exchangeCount % 2 == 0 ? product : -product
  }

  /// A⁻¹·B for a B with as many rows as A. 2·n²·r operations for r columns; BLAS `trsm` twice.
  ///
  /// - Throws: `LinearAlgebraError.singular`.
  public func solve(_ right: M) throws(LinearAlgebraError) -> M {
    let (rows, columns) = right.matrixExtents
    right.requireEqualRows(size, rows, columns)
    return M(rows: rows, columns: columns, elements: try solve(right.copiedElements(), columns: columns))
  }

  /// A⁻¹·b for a vector b.
  ///
  /// - Throws: `LinearAlgebraError.singular`.
  public func solve(_ right: [M.Scalar]) throws(LinearAlgebraError) -> [M.Scalar] {
    M.identityMatrix(0).requireEqualRows(size, right.count, 1)
    return try solve(right, columns: 1)
  }

  /// A⁻¹. 2·n³ operations; `solve` is cheaper and more accurate where the inverse is only multiplied with.
  ///
  /// - Throws: `LinearAlgebraError.singular`.
  public func inverse() throws(LinearAlgebraError) -> M { try solve(M.identityMatrix(size)) }

  private func solve(_ right: [M.Scalar], columns: Int) throws(LinearAlgebraError) -> [M.Scalar] {
    if let position = firstZeroPivot { throw .singular(pivot: position, size: size) }
    if size == 0 || columns == 0 { return right }
    var x = right
    triangles.withUnsafeBufferPointer { t in
      x.withUnsafeMutableBufferPointer { b in
        let operand = BLAS.Operand(base: t.baseAddress!, rowStride: size)
        M.Scalar.lapack.solveTriangular(size, columns, .lower, false, operand, b.baseAddress!)
        M.Scalar.lapack.solveTriangular(size, columns, .upper, true, operand, b.baseAddress!)
      }
    }
    for i in (0..<size).reversed() where exchanges[i] != Int32(i) {
      for j in 0..<columns { x.swapAt(i * columns + j, Int(exchanges[i]) * columns + j) }
    }
    return x
  }
}

extension DenseMatrix {
  /// The solution X of A·X = B for this square matrix A. Use `LU` to solve for several B.
  ///
  /// - Throws: `LinearAlgebraError.singular` or `notFinite`.
  public func solve(_ right: Self) throws(LinearAlgebraError) -> Self {
    try right.requireFinite()
    return try LU(self).solve(right)
  }

  /// A⁻¹ of this square matrix.
  ///
  /// - Throws: `LinearAlgebraError.singular` or `notFinite`.
  public func inverse() throws(LinearAlgebraError) -> Self { try LU(self).inverse() }
}
