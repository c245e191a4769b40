/// What the factorizations take and give: `Matrix` in double precision, or a `Tensor` of rank 2 in single.
///
/// ```swift
/// let factor = try Cholesky(covariance)        // Cholesky<Matrix>
/// let x = try LU(weights).solve(tensor)        // Tensor
/// ```
public protocol DenseMatrix: Sendable {
  associatedtype Scalar: LAPACKScalar

  /// Rows and columns. Traps for a tensor that is not of rank 2.
  var matrixExtents: (rows: Int, columns: Int) { get }

  /// A matrix whose elements `initialize` writes, all of them, row by row.
  init(
    rows: Int, columns: Int, initializingWith initialize: (UnsafeMutableBufferPointer<Scalar>) throws -> Void
  ) rethrows

  /// Calls `body` with the elements row by row. The pointer is valid only inside `body`.
  func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Scalar>) throws(Failure) -> Result
  ) throws(Failure) -> Result
}

extension Tensor: DenseMatrix {
  public var matrixExtents: (rows: Int, columns: Int) {
    precondition(
      rank == 2, "Linear algebra takes matrices, of rank 2, and this tensor has the shape \(shape).")
    return (shape[0], shape[1])
  }

  public init(
    rows: Int, columns: Int, initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    try self.init(shape: [rows, columns], initializingWith: initialize)
  }
}

extension DenseMatrix {
  /// The size of a square matrix; traps when it isn't square.
  func squareSize(for operation: StaticString) -> Int {
    let (rows, columns) = matrixExtents
    precondition(
      rows == columns, "\(operation) takes a square matrix, and this one is \(rows) by \(columns).")
    return rows
  }

  /// Throws when an element is NaN or infinite.
  func requireFinite() throws(LinearAlgebraError) {
    let columns = matrixExtents.columns
    if let position = withUnsafeElements({ $0.firstIndex { !$0.isFinite } }) {
      throw .notFinite(row: position / columns, column: position % columns)
    }
  }

  /// A copy of the elements.
  func copiedElements() -> [Scalar] { withUnsafeElements { Array($0) } }

  /// A matrix of these elements, row by row.
  init(rows: Int, columns: Int, elements: [Scalar]) {
    self.init(rows: rows, columns: columns) { destination in
      _ = destination.initialize(fromContentsOf: elements)
    }
  }

  /// The matrix with ones on its diagonal and zeros elsewhere.
  static func identityMatrix(_ size: Int) -> Self {
    Self(rows: size, columns: size) { elements in
      elements.initialize(repeating: 0)
      for i in 0..<size { elements[i * size + i] = 1 }
    }
  }
}
