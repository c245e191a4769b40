/// The CSV files of the HWRT database: columns `symbol_id;user_id;user_agent;data` in any order, quote `'`,
/// where `data` is a JSON list of strokes, each a list of points `{"x": …, "y": …, "time": …}`. (M. Thoma,
/// On-line Recognition of Handwritten Mathematical Symbols, 2015.) Raw or gzip.
///
/// ```swift
/// let recordings = try HWRTFile.read("train-data.csv")
/// ```
public enum HWRTFile {
  private static let format = RowFields(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'"))

  /// Reads a whole file. Throws `DataError` naming the line, and the column of the field or of its JSON.
  public static func read(_ path: String, limit: InflationLimit = .standard) throws -> [StrokeRecord] {
    var records: [StrokeRecord] = []
    try forEach(path, limit: limit) { records.append($0) }
    return records
  }

  /// Reads a text that is in memory. `name` stands in error messages.
  public static func read(bytes: [UInt8], name: String = "HWRT text", limit: InflationLimit = .standard)
    throws
    -> [StrokeRecord]
  {
    var records: [StrokeRecord] = []
    try forEach(MemorySource(bytes, name: name), limit: limit) { records.append($0) }
    return records
  }

  /// Reads a file record by record, so that it needn't fit in memory.
  public static func forEach(
    _ path: String, limit: InflationLimit = .standard, _ body: (StrokeRecord) throws -> Void
  ) throws {
    try forEach(FileSource.open(path, mostBytes: limit.byteCount), limit: limit, body)
  }

  private static func forEach(
    _ source: any ByteSource, limit: InflationLimit, _ body: (StrokeRecord) throws -> Void
  ) throws {
    let rows = TextRows(try ByteStream(source, limit: limit), quote: format.quote)
    guard let header = try rows.next() else {
      throw DataError(
        .truncated, in: rows.name, expected: "the header symbol_id;user_id;user_agent;data", found: "nothing")
    }
    let names = try format.split(header, source: rows.name, line: rows.line).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard let symbol = names.firstIndex(of: "symbol_id"), let data = names.firstIndex(of: "data") else {
      throw DataError(
        .malformed, in: rows.name, at: .line(rows.line, column: nil),
        expected: "the header symbol_id;user_id;user_agent;data", found: names.joined(separator: ";"))
    }
    let user = names.firstIndex(of: "user_id")
    while let row = try rows.next() {
      if row.isEmpty { continue }
      let fields = try format.split(row, source: rows.name, line: rows.line)
      guard fields.count == names.count else {
        throw DataError(
          .inconsistent, in: rows.name, at: .line(rows.line, column: nil), expected: "\(names.count) fields",
          found: "\(fields.count)")
      }
      let drawing = try fields[data].withUnsafeBufferPointer {
        try parseDrawing($0, source: rows.name + ", field data", line: rows.line)
      }
      var writer: Int?
      if let user { writer = try number(fields[user], column: user, rows) }
      try body(
        StrokeRecord(
          drawing: drawing, symbolID: number(fields[symbol], column: symbol, rows),
          writerID: writer))
    }
  }

  private static func number(_ field: [UInt8], column: Int, _ rows: TextRows) throws -> Int? {
    let text = String(decoding: field, as: UTF8.self)
    if text.isEmpty { return nil }
    guard let number = Int(text) else {
      throw DataError(
        .malformed, in: rows.name, at: .line(rows.line, column: column + 1), expected: "a whole number",
        found: "'\(text.prefix(40))'")
    }
    return number
  }

  private static func parseDrawing(_ text: UnsafeBufferPointer<UInt8>, source: String, line: Int) throws
    -> Drawing
  {
    var parser = JSONParser(text, source: source, line: line)
    var strokes: [[PenPoint]] = []
    try parser.array { parser in
      var points: [PenPoint] = []
      try parser.array { parser in
        var x: Double?
        var y: Double?
        var time: Double?
        try parser.object { parser, key in
          switch key {
          case "x": x = try parser.number()
          case "y": y = try parser.number()
          case "time": time = parser.take(word: "null") ? nil : try parser.number()
          default: try parser.skipValue()
          }
        }
        guard let x, let y else { throw parser.fault(expected: "a point with x and y", found: "one without") }
        points.append(PenPoint(x: x, y: y, time: time))
      }
      strokes.append(points)
    }
    try parser.expectEnd()
    return Drawing(strokes: strokes)
  }

  /// The text of these records. Only drawing, symbol and writer have a place in this format.
  public static func bytes(of records: [StrokeRecord]) -> [UInt8] {
    var text = "symbol_id;user_id;user_agent;data\n"
    for record in records {
      let strokes = record.drawing.strokes.map { stroke in
        "["
          + stroke.map { point in
            let time = point.time.map { ",\"time\":" + NumberText.shortest($0) } ?? ""
            return "{\"x\":\(NumberText.shortest(point.x)),\"y\":\(NumberText.shortest(point.y))\(time)}"
          }.joined(separator: ",") + "]"
      }
      text +=
        "\(record.symbolID.map(String.init) ?? "");\(record.writerID.map(String.init) ?? "");;"
        + "[\(strokes.joined(separator: ","))]\n"
    }
    return Array(text.utf8)
  }

  /// Writes these records to a file, compressed when the path ends in `.gz`. The file appears whole or not at
  /// all. Throws `DataError` when it can't be written.
  public static func write(_ records: [StrokeRecord], to path: String) throws {
    let text = bytes(of: records)
    try OutputPlace.write(path.hasSuffix(".gz") ? Gzip.compress(text) : text, to: path)
  }
}
