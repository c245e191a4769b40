import GenModels

/// A table of numbers in double precision, with what its file says of it: the names of columns, the place of each row, labels.
///
/// ```swift
/// let table = try DataLibrary().table(Specification("csv:wine.csv?label=class&missing=drop[100...]"))
/// table.values                 // [rows, columns]
/// table.columns.names          // ["alcohol", "ash", …]
/// table.row(0)                 // 101: a row before it had a gap
/// ```
public struct DataTable: Sendable {
  /// The specification that it was loaded by.
  public let name: String
  /// One example a row.
  public let values: Matrix
  public let columns: TableColumns
  public let labels: TableLabels?
  /// Rows that were left out because of gaps.
  public let droppedRowCount: Int
  /// The extents that the values have in their file: `[rows, columns]`, or `[rows]` for a plain list.
  public let shape: [Int]
  /// Where each row stands in the file; nil for all rows in their order.
  let rowNumbers: [Int]?

  init(
    name: String, values: Matrix, columns: TableColumns, labels: TableLabels?, droppedRowCount: Int = 0,
    shape: [Int],
    rowNumbers: [Int]?
  ) {
    self.name = name
    self.values = values
    self.columns = columns
    self.labels = labels
    self.droppedRowCount = droppedRowCount
    self.shape = shape
    self.rowNumbers = rowNumbers
  }

  /// The number of a row in the file, counted from 0 over all of its data rows, whatever ranges, filters and gaps left out.
  public func row(_ position: Int) -> Int { rowNumbers.map { $0[position] } ?? position }

  /// Whether two tables have the same rows of their files.
  public func hasRows(of other: DataTable) -> Bool {
    values.rows == other.values.rows && (0..<values.rows).allSatisfy { row($0) == other.row($0) }
  }

  /// The table with the wanted columns, matched by name. Throws `TableColumnsError`.
  public func arranged(like wanted: TableColumns) throws(TableColumnsError) -> DataTable {
    guard let positions = try columns.positions(of: wanted) else { return self }
    var elements: [Double] = []
    elements.reserveCapacity(values.rows * positions.count)
    values.withUnsafeElements { all in
      for row in 0..<values.rows {
        for position in positions { elements.append(all[row * values.columns + position]) }
      }
    }
    return DataTable(
      name: name, values: Matrix(rows: values.rows, columns: positions.count, elements: elements),
      columns: wanted,
      labels: labels, droppedRowCount: droppedRowCount, shape: shape, rowNumbers: rowNumbers)
  }

  /// The rows at these positions, in this order.
  func selecting(_ positions: [Int], labels chosen: TableLabels? = nil) -> DataTable {
    var elements: [Double] = []
    elements.reserveCapacity(positions.count * values.columns)
    values.withUnsafeElements { all in
      for position in positions {
        elements.append(contentsOf: all[position * values.columns..<(position + 1) * values.columns])
      }
    }
    return DataTable(
      name: name, values: Matrix(rows: positions.count, columns: values.columns, elements: elements),
      columns: columns,
      labels: chosen ?? labels?.selecting(positions), droppedRowCount: droppedRowCount,
      shape: [positions.count] + shape.dropFirst(), rowNumbers: positions.map { row($0) })
  }
}
