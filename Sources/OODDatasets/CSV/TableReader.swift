/// Where a table's rows come from: a text, a database. It reads one row at a time, and settles the columns with the first.
protocol RowSource {
  /// What the rows come from, for messages.
  var name: String { get }

  /// Reads the next row, and adds it to the table unless it is to be left out.
  mutating func next(into table: inout TableRows) throws -> RowOutcome

  /// What is wrong where there are no rows at all.
  var emptyFault: DataError { get }

  /// Looks at the first rows of the table as a whole.
  func check(first table: TableRows) throws
}

extension RowSource {
  func check(first table: TableRows) throws {}
}

/// What became of a row.
enum RowOutcome {
  case kept
  /// It has a gap, and such rows are left out.
  case dropped
  /// There are no more rows.
  case end
}

/// Reads a table from rows, all or some at a time.
struct TableReader<Source: RowSource>: PieceReader {
  private var source: Source
  private var table: TableRows
  /// A source that has said that it ends is not asked again: a database would begin anew.
  private var hasEnded = false

  init(_ source: Source, format: CSVFormat) {
    self.source = source
    table = TableRows(format: format)
  }

  mutating func read() throws -> CSVTable {
    guard let whole = try next(rows: .max) else { throw source.emptyFault }
    guard whole.rowCount > 0 else {
      throw DataError(
        .missingValue, in: source.name, expected: "rows without gaps",
        found: "gaps in all of the \(table.rowCount) rows")
    }
    return whole
  }

  mutating func next(rows most: Int) throws -> CSVTable? {
    table.startPiece()
    while !hasEnded, table.pieceRowCount < most {
      switch try source.next(into: &table) {
      case .kept: table.keepRow()
      case .dropped: table.dropRow()
      case .end: hasEnded = true
      }
    }
    guard table.rowCount > 0 else { throw source.emptyFault }
    guard table.pieceRowCount > 0 else { return nil }
    if table.isFirstPiece { try source.check(first: table) }
    return table.piece()
  }
}

/// Reads the rows of a table, whatever they come from.
protocol PieceReader {
  /// All rows. Throws where there are none, or all are left out.
  mutating func read() throws -> CSVTable

  /// At most so many of the next rows, those that are left out included; nil at the end. A source without rows is an error.
  mutating func next(rows most: Int) throws -> CSVTable?
}
