/// A scorer of tables: one example a row, one feature a column.
public protocol TableScorer: OODScorer, Model where Examples == Matrix {
  /// Number of columns of the tables it scores: that of the table it was fitted to.
  var featureCount: Int { get }

  /// The score of one row: the same bits as `score(_:)` gives it in a table. There is an implementation, which makes a table of the
  /// row; types that write their own (isolation forests, HBOS, and detectors and preparations of those) take no memory.
  /// - Throws: As `score(_:)`.
  func score(row: UnsafeBufferPointer<Double>) throws -> Double
}

extension TableScorer {
  /// Of a number of columns that no table can have, as a damaged file may say, the nearest that one can: it is not that of the file's
  /// examples, which refuses it.
  public var exampleShape: Shape { [min(max(0, featureCount), Int(Int32.max))] }

  public func score(row: UnsafeBufferPointer<Double>) throws -> Double {
    try score(Matrix(rows: 1, columns: row.count, elements: Array(row)))[0]
  }

  /// The score of one row, the same bits as in a table.
  /// - Throws: As `score(_:)`.
  public func score(row: [Double]) throws -> Double {
    try row.withUnsafeBufferPointer { try score(row: $0) }
  }

  /// Throws unless the row has `featureCount` finite numbers.
  package func requireFinite(_ row: UnsafeBufferPointer<Double>) throws(ExampleError) {
    guard row.count == featureCount else {
      throw .unexpectedShape(found: [row.count], expected: [featureCount])
    }
    for (feature, value) in row.enumerated() where !value.isFinite {
      throw .notFinite(example: 0, feature: feature, value: value)
    }
  }
}
