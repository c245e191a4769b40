/// Drawings as JSON lines: one object a line, with `strokes` as lists of points `[x, y]` or `[x, y, time]`.
///
/// Two sets of keys are known, those of HWRT (`id`, `symbol_id`, `latex`, `user_id`, `source`) and those of
/// CROHME (`label`, `source`, `expression`, `writer`); other keys are skipped. Raw or gzip.
///
/// ```swift
/// let recordings = try StrokeLines.read("strokes.jsonl.gz")
/// ```
public enum StrokeLines {
  /// Reads a whole file. Throws `DataError` naming the line and the column.
  public static func read(_ path: String, limit: InflationLimit = .standard) throws -> [StrokeRecord] {
    var records: [StrokeRecord] = []
    try forEach(path, limit: limit) { records.append($0) }
    return records
  }

  /// Reads a text that is in memory. `name` stands in error messages.
  public static func read(bytes: [UInt8], name: String = "JSON lines", limit: InflationLimit = .standard)
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
    let rows = TextRows(try ByteStream(source, limit: limit), quote: nil)
    while let row = try rows.next() {
      var parser = JSONParser(row, source: rows.name, line: rows.line)
      if parser.peek() == nil { continue }
      try body(record(&parser))
      try parser.expectEnd()
    }
  }

  private static func record(_ parser: inout JSONParser) throws -> StrokeRecord {
    var record = StrokeRecord(drawing: Drawing(strokes: []))
    var hasStrokes = false
    try parser.object { parser, key in
      switch key {
      case "strokes":
        record.drawing = try drawing(&parser)
        hasStrokes = true
      case "latex", "label": record.label = parser.take(word: "null") ? nil : try parser.string()
      case "source": record.source = parser.take(word: "null") ? nil : try parser.string()
      case "symbol_id": record.symbolID = parser.take(word: "null") ? nil : try parser.wholeNumber()
      case "id": record.recordingID = parser.take(word: "null") ? nil : try parser.wholeNumber()
      case "user_id", "writer": record.writerID = parser.take(word: "null") ? nil : try parser.wholeNumber()
      case "expression": record.expressionID = parser.take(word: "null") ? nil : try parser.wholeNumber()
      default: try parser.skipValue()
      }
    }
    guard hasStrokes else { throw parser.fault(expected: "the key \"strokes\" in the object", found: "none") }
    return record
  }

  /// A list of strokes, each a list of points, each a list of two or three numbers.
  private static func drawing(_ parser: inout JSONParser) throws -> Drawing {
    var strokes: [[PenPoint]] = []
    try parser.array { parser in
      var points: [PenPoint] = []
      try parser.array { parser in
        try parser.expect("[")
        let x = try parser.number()
        try parser.expect(",")
        let y = try parser.number()
        let time = parser.take(",") ? try parser.number() : nil
        try parser.expect("]")
        points.append(PenPoint(x: x, y: y, time: time))
      }
      strokes.append(points)
    }
    return Drawing(strokes: strokes)
  }

  /// The text of these records, with HWRT's keys; those without a value are left out.
  public static func bytes(of records: [StrokeRecord]) -> [UInt8] {
    var text = ""
    for record in records {
      var members: [String] = []
      if let id = record.recordingID { members.append("\"id\":\(id)") }
      if let id = record.symbolID { members.append("\"symbol_id\":\(id)") }
      if let label = record.label { members.append("\"latex\":\(quoted(label))") }
      if let id = record.writerID { members.append("\"user_id\":\(id)") }
      if let id = record.expressionID { members.append("\"expression\":\(id)") }
      if let source = record.source { members.append("\"source\":\(quoted(source))") }
      let strokes = record.drawing.strokes.map { stroke in
        "[" + stroke.map(point).joined(separator: ",") + "]"
      }
      members.append("\"strokes\":[" + strokes.joined(separator: ",") + "]")
      text += "{" + members.joined(separator: ",") + "}\n"
    }
    return Array(text.utf8)
  }

  /// Writes these records to a file, compressed when the path ends in `.gz`. The file appears whole or not at
  /// all. Throws `DataError` when it can't be written.
  public static func write(_ records: [StrokeRecord], to path: String) throws {
    let text = bytes(of: records)
    try OutputPlace.write(path.hasSuffix(".gz") ? Gzip.compress(text) : text, to: path)
  }

  private static func point(_ point: PenPoint) -> String {
    let numbers = [point.x, point.y] + (point.time.map { [$0] } ?? [])
    return "[" + numbers.map(NumberText.shortest).joined(separator: ",") + "]"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
