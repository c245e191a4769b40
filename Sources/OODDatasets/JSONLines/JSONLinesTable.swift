import GenModels

/// Tables as JSON lines: an object a line, whose members are numbers, `true` and `false` (1 and 0), texts, and `null` for gaps.
///
/// ```swift
/// var format = CSVFormat()
/// format.columns.categories = ["machine"]
/// let table = try JSONLinesTable.read("orders.jsonl", format: format)
/// ```
///
/// The first object names the columns. A member that is missing later is a gap; one that is new is an error, unless the format chooses
/// columns. Members that are left out may hold anything. Raw or gzip.
public enum JSONLinesTable {
  /// Reads a file. Of the format the label column, the columns' roles and what gaps mean are used.
  /// - Throws: `DataError` naming the line and the column.
  public static func read(
    _ path: String, format: CSVFormat = CSVFormat(), limit: InflationLimit = .standard
  ) throws -> CSVTable {
    let source = try FileSource.open(path, mostBytes: limit.byteCount)
    var reader = TableReader(
      JSONLinesRows(try ByteStream(source, limit: limit), format: format), format: format)
    return try reader.read()
  }

  /// Reads a text that is in memory. `name` stands in error messages.
  public static func read(
    bytes: [UInt8], name: String = "JSON lines", format: CSVFormat = CSVFormat(),
    limit: InflationLimit = .standard
  ) throws -> CSVTable {
    var reader = TableReader(
      JSONLinesRows(try ByteStream(MemorySource(bytes, name: name), limit: limit), format: format),
      format: format)
    return try reader.read()
  }
}
