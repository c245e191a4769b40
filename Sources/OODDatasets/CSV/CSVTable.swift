import GenModels

/// A table of numbers, with a column of labels where one was asked for.
///
/// ```swift
/// let table = try CSVTable("wine.csv", format: CSVFormat(labelColumn: "class"))
/// table.columnNames                // the names of the number columns
/// let x = try table.tensor()       // [rows, columns]
/// ```
public struct CSVTable: Sendable {
  /// Names of the columns of features, where the text has a header.
  public let columnNames: [String]?
  /// What the numbers of each column stand for; nil where all stand for themselves.
  public let columnKinds: [ColumnKind]?
  /// The name of each row, where a column of ids was asked for.
  public let ids: [String]?
  public let rowCount: Int
  public let columnCount: Int
  /// The numbers, row by row; times in seconds since 1970, categories as positions among the column's names. All are finite, but for
  /// gaps that the format fills with NaN.
  public let values: [Double]
  /// For each row the position of its label in `classNames`, where a label column was asked for.
  public let labels: Indexes?
  /// The distinct labels: in numerical order when all are numbers, else in the order of their Unicode
  /// scalars.
  public let classNames: [String]?
  /// Rows left out because of missing values.
  public let droppedRowCount: Int
  /// Where rows were left out, the number of each row that is here among all data rows of the text, counted from 0.
  public let rowNumbers: [Int]?

  init(
    columnNames: [String]?, columnKinds: [ColumnKind]?, rowCount: Int, columnCount: Int, values: [Double],
    ids: [String]?, labels: Indexes?, classNames: [String]?, droppedRowCount: Int, rowNumbers: [Int]?
  ) {
    self.columnKinds = columnKinds
    self.ids = ids
    self.rowNumbers = rowNumbers
    self.columnNames = columnNames
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.values = values
    self.labels = labels
    self.classNames = classNames
    self.droppedRowCount = droppedRowCount
  }

  /// Reads a file, raw or gzip. Throws `DataError` naming the line and the column: rows of another length
  /// than the first, fields that are no numbers or infinite ones, gaps that the format refuses, a quote left
  /// open.
  public init(_ path: String, format: CSVFormat = CSVFormat(), limit: InflationLimit = .standard) throws {
    let source = try FileSource.open(path, mostBytes: limit.byteCount)
    var reader = TableReader(try CSVRows(ByteStream(source, limit: limit), format: format), format: format)
    self = try reader.read()
  }

  /// Reads a text that is in memory. `name` stands in error messages.
  public init(
    bytes: [UInt8], name: String = "CSV text", format: CSVFormat = CSVFormat(),
    limit: InflationLimit = .standard
  ) throws {
    var reader = TableReader(
      try CSVRows(ByteStream(MemorySource(bytes, name: name), limit: limit), format: format), format: format)
    self = try reader.read()
  }

  /// The numbers as a tensor [rows, columns], each rounded to the nearest 32-bit float.
  /// Throws `DataError` when one is beyond the range of 32-bit floats, or a column would lose its spread.
  public func tensor(source: String = "the table") throws -> Tensor {
    try array.tensor(source: source, columnNames: columnNames)
  }

  /// The numbers in double precision, an example a row.
  public var matrix: Matrix { Matrix(rows: rowCount, columns: columnCount, elements: values) }

  /// The numbers as an array [rows, columns] of 64-bit floats.
  public var array: NumericArray { NumericArray(values, shape: [rowCount, columnCount]) }
}
