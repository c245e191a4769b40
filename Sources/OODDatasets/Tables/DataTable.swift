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
  /// The name of each row, where the file has a column of ids.
  public let ids: [String]?
  /// How many values of each column are names that the columns asked for don't have; they are NaN here.
  public let unseenCounts: [Int]?
  /// Rows that were left out because of gaps.
  public let droppedRowCount: Int
  /// The extents that the values have in their file: `[rows, columns]`, or `[rows]` for a plain list.
  public let shape: [Int]
  /// Where each row stands in the file; nil for all rows in their order.
  let rowNumbers: [Int]?

  init(
    name: String, values: Matrix, columns: TableColumns, labels: TableLabels?, ids: [String]? = nil,
    unseenCounts: [Int]? = nil, droppedRowCount: Int = 0, shape: [Int], rowNumbers: [Int]?
  ) {
    self.ids = ids
    self.unseenCounts = unseenCounts
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

  /// The table with the wanted columns, matched by name, and with their numbers for categories: a name that they don't have becomes
  /// NaN, and is counted (`unseenCounts`). Throws `TableColumnsError`.
  public func arranged(like wanted: TableColumns) throws(TableColumnsError) -> DataTable {
    let positions = try columns.positions(of: wanted)
    guard positions != nil || columns.kinds != nil || wanted.kinds != nil else { return self }
    let places = positions ?? Array(0..<wanted.count)
    var codes: [[Double]?] = []
    for (column, place) in places.enumerated() {
      switch (columns.kind(place), wanted.kind(column)) {
      case (.number, .number), (.time, .time): codes.append(nil)
      case (.category(let found), .category(let names)):
        let known = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Double($0)) })
        codes.append(found.map { known[$0] ?? .nan })
      case (let found, let kind):
        throw .kind(column: wanted.title(column), found: found.noun, wanted: kind.noun)
      }
    }
    var elements: [Double] = []
    elements.reserveCapacity(values.rows * places.count)
    var unseen = [Int](repeating: 0, count: places.count)
    values.withUnsafeElements { all in
      for row in 0..<values.rows {
        for (column, place) in places.enumerated() {
          var value = all[row * values.columns + place]
          if let codes = codes[column], !value.isNaN {
            value = codes[Int(value)]
            if value.isNaN { unseen[column] += 1 }
          }
          elements.append(value)
        }
      }
    }
    return DataTable(
      name: name, values: Matrix(rows: values.rows, columns: places.count, elements: elements),
      columns: TableColumns(count: wanted.count, names: wanted.names ?? columns.names, kinds: wanted.kinds),
      labels: labels, ids: ids, unseenCounts: unseen, droppedRowCount: droppedRowCount, shape: shape,
      rowNumbers: rowNumbers)
  }

  /// Other rows in the same columns, without labels and places of their own.
  package func with(_ rows: Matrix) -> DataTable {
    precondition(
      rows.columns == values.columns,
      "A table of \(values.columns) columns can't have rows of \(rows.columns).")
    return DataTable(
      name: name, values: rows, columns: columns, labels: nil, shape: [rows.rows, rows.columns],
      rowNumbers: nil)
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
      columns: columns, labels: chosen ?? labels?.selecting(positions),
      ids: ids.map { ids in positions.map { ids[$0] } }, droppedRowCount: droppedRowCount,
      shape: [positions.count] + shape.dropFirst(), rowNumbers: positions.map { row($0) })
  }
}
