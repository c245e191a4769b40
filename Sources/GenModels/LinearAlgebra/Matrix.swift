/// A dense, row-major matrix of 64-bit floats with value semantics, for statistics: covariances, regressions,
/// principal components. (Networks compute with `Tensor`s.)
///
/// ```swift
/// let a = Matrix([[2, 1], [1, 3]])
/// try a * a.inverse()                       // the identity, but for rounding
/// ```
public struct Matrix: Sendable, Hashable {
  public let rows: Int
  public let columns: Int
  /// The elements, row by row.
  public private(set) var elements: [Double]

  /// A matrix of these elements, row by row. Traps when their number is not rows · columns.
  public init(rows: Int, columns: Int, elements: [Double]) {
    precondition(rows >= 0 && columns >= 0, "A matrix can't have \(rows) rows and \(columns) columns.")
    precondition(
      elements.count == rows * columns,
      "A \(rows) by \(columns) matrix has \(rows * columns) elements, and \(elements.count) were given.")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix with every element equal to `value`.
  public init(rows: Int, columns: Int, repeating value: Double) {
    precondition(rows >= 0 && columns >= 0, "A matrix can't have \(rows) rows and \(columns) columns.")
    self.init(rows: rows, columns: columns, elements: Array(repeating: value, count: rows * columns))
  }

  /// A matrix of these rows. Traps when they differ in length.
  public init(_ rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    for (i, row) in rows.enumerated() {
      precondition(
        row.count == columns,
        "A matrix's rows have one length: row 0 has \(columns) elements, and row \(i) has \(row.count).")
    }
    self.init(rows: rows.count, columns: columns, elements: rows.flatMap { $0 })
  }

  /// A matrix with these numbers on its diagonal and zeros elsewhere.
  public init(diagonal: [Double]) {
    self.init(rows: diagonal.count, columns: diagonal.count, repeating: 0)
    for (i, value) in diagonal.enumerated() { elements[i * columns + i] = value }
  }

  /// The matrix with ones on its diagonal and zeros elsewhere.
  public static func identity(_ size: Int) -> Matrix {
    Matrix(diagonal: Array(repeating: 1, count: size))
  }

  /// The elements of a tensor of rank 2, exactly. Traps for another rank.
  public init(_ tensor: Tensor) {
    let (rows, columns) = tensor.matrixExtents
    self.init(rows: rows, columns: columns, elements: tensor.withUnsafeElements { $0.map(Double.init) })
  }

  /// The element in row i and column j.
  public subscript(i: Int, j: Int) -> Double {
    get { elements[position(i, j)] }
    set { elements[position(i, j)] = newValue }
  }

  private func position(_ i: Int, _ j: Int) -> Int {
    precondition(
      i >= 0 && i < rows && j >= 0 && j < columns,
      "There is no element (\(i), \(j)) in a \(rows) by \(columns) matrix.")
    return i * columns + j
  }

  /// Row i, copied.
  public func row(_ i: Int) -> [Double] {
    precondition(i >= 0 && i < rows, "There is no row \(i) in a \(rows) by \(columns) matrix.")
    return Array(elements[i * columns..<(i + 1) * columns])
  }

  /// Column j, copied.
  public func column(_ j: Int) -> [Double] {
    precondition(j >= 0 && j < columns, "There is no column \(j) in a \(rows) by \(columns) matrix.")
    return (0..<rows).map { elements[$0 * columns + j] }
  }

  /// The rows of a range, copied. Traps when the matrix does not have them.
  public subscript(rows range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows,
      "There are no rows \(range) in a \(rows) by \(columns) matrix.")
    return Matrix(
      rows: range.count, columns: columns,
      elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// The columns at these positions, in this order, copied. Traps when the matrix does not have them.
  public subscript(columns positions: some Collection<Int>) -> Matrix {
    for j in positions {
      precondition(j >= 0 && j < columns, "There is no column \(j) in a \(rows) by \(columns) matrix.")
    }
    return Matrix(rows: rows, columns: positions.count) { destination in
      var place = 0
      for i in 0..<rows {
        for j in positions {
          destination[place] = elements[i * columns + j]
          place += 1
        }
      }
    }
  }

  /// The elements (i, i), as many as there are.
  public var diagonal: [Double] { (0..<min(rows, columns)).map { elements[$0 * columns + $0] } }
}

extension Matrix: DenseMatrix {
  public var matrixExtents: (rows: Int, columns: Int) { (rows, columns) }

  public init(
    rows: Int, columns: Int, initializingWith initialize: (UnsafeMutableBufferPointer<Double>) throws -> Void
  ) rethrows {
    precondition(rows >= 0 && columns >= 0, "A matrix can't have \(rows) rows and \(columns) columns.")
    let elements = try [Double](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      try initialize(UnsafeMutableBufferPointer(rebasing: buffer[..<(rows * columns)]))
      count = rows * columns
    }
    self.init(rows: rows, columns: columns, elements: elements)
  }

  public func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try elements.withUnsafeBufferPointer(body)
  }
}

extension Tensor {
  /// The elements of a matrix, rounded to 32 bits, in a tensor of shape `[rows, columns]`.
  public init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map(Float.init))
  }
}

extension Matrix: CustomStringConvertible {
  /// The extents and the first elements.
  public var description: String {
    let shown = 12
    let head = elements.prefix(shown).map { "\($0)" }.joined(separator: ", ")
    return "Matrix \(rows) by \(columns) [\(head)\(elements.count > shown ? ", …" : "")]"
  }
}
