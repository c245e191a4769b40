import GenModels

/// A CSV file, JSON lines or a query's answer, some rows at a time, so that the table needn't fit in memory.
///
/// ```swift
/// var pieces = try library.pieces(Specification("csv:big.csv?id=order"), rowCount: 65_536)
/// while let table = try pieces?.next() { … }
/// ```
///
/// The pieces in order are the rows of `DataLibrary.table`, bit for bit, with their numbers in the file.
public struct TablePieces {
  private let name: String
  private let rowCount: Int
  private let wanted: TableColumns?
  private var reader: any PieceReader

  init(name: String, rowCount: Int, like wanted: TableColumns?, reader: any PieceReader) {
    self.name = name
    self.rowCount = rowCount
    self.wanted = wanted
    self.reader = reader
  }

  /// The next rows; none of them where all have gaps and are left out. Nil at the end.
  /// - Throws: As `DataLibrary.table`.
  public mutating func next() throws -> DataTable? {
    guard let piece = try reader.next(rows: rowCount) else { return nil }
    let table = DataTable(name: name, piece)
    return try wanted.map { wanted throws(TableColumnsError) in try table.arranged(like: wanted) } ?? table
  }
}

extension DataLibrary {
  /// The rows of a table in pieces of at most so many; nil for sources that are read whole, and with ranges, filters and shuffles.
  /// - Parameters:
  ///   - specification: What to load.
  ///   - rowCount: At least 1.
  ///   - keepsGaps: As for `table`.
  ///   - columns: As for `table`.
  /// - Throws: As `table`.
  public func pieces(
    _ specification: Specification, rowCount: Int, keepsGaps: Bool = false, like columns: TableColumns? = nil
  ) throws -> TablePieces? {
    precondition(rowCount >= 1, "A piece of a table has at least one row, and \(rowCount) were asked for.")
    guard specification.selections.isEmpty else { return nil }
    let loader = DatasetLoader(library: self, specification: specification, range: nil)
    guard let reader = try loader.reader(loader.tableFormat(keepsGaps: keepsGaps, like: columns)) else {
      return nil
    }
    return TablePieces(name: specification.text, rowCount: rowCount, like: columns, reader: reader)
  }
}

extension DataTable {
  /// What was read of a source of rows.
  init(name: String, _ table: CSVTable) {
    self.init(
      name: name, values: table.matrix,
      columns: TableColumns(count: table.columnCount, names: table.columnNames, kinds: table.columnKinds),
      labels: table.labels.map {
        TableLabels(indexes: $0.elements.map { Int($0) }, classNames: table.classNames, namesAreText: true)
      }, ids: table.ids, droppedRowCount: table.droppedRowCount, shape: [table.rowCount, table.columnCount],
      rowNumbers: table.rowNumbers)
  }
}
