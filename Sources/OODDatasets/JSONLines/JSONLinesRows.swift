/// The rows of JSON lines, object by object.
struct JSONLinesRows: RowSource {
  private let rows: TextRows
  private let format: CSVFormat
  private var names: [String] = []
  private var places: [String: Int] = [:]

  init(_ stream: ByteStream, format: CSVFormat) {
    rows = TextRows(stream, quote: nil)
    self.format = format
  }

  var name: String { rows.name }

  mutating func next(into table: inout TableRows) throws -> RowOutcome {
    while let row = try rows.next() {
      var parser = JSONParser(row, source: rows.name, line: rows.line)
      if parser.peek() == nil { continue }
      let cells = try cells(&parser, &table)
      try parser.expectEnd()
      return try table.append(cells, names: names) { parser.fault($0, expected: $1, found: $2) }
    }
    return .end
  }

  var emptyFault: DataError {
    DataError(.truncated, in: rows.name, expected: "an object a line", found: "no line")
  }

  /// The members of a line's object, by column. The first object settles the columns.
  private mutating func cells(_ parser: inout JSONParser, _ table: inout TableRows) throws -> [TableCell] {
    let isFirst = table.rowCount == 0
    var cells = [TableCell?](repeating: nil, count: names.count)
    guard parser.peek() == UInt8(ascii: "{") else {
      throw parser.fault(expected: "an object, as { \"column\": 1.5 }", found: parser.shown)
    }
    try parser.object { parser, key in
      if isFirst, places[key] == nil {
        places[key] = names.count
        names.append(key)
        cells.append(nil)
      }
      guard let place = places[key] else {
        guard format.columns.chosen != nil || format.columns.dropped.contains(key) else {
          throw parser.fault(
            .inconsistent, expected: "members of the first object only (columns= chooses those to read)",
            found: "'\(key.prefix(40))'")
        }
        return try parser.skipValue()
      }
      guard cells[place] == nil else {
        throw parser.fault(expected: "each member once", found: "'\(key.prefix(40))' again")
      }
      cells[place] = try Self.cell(&parser)
    }
    if isFirst { try settleColumns(&table) }
    return cells.map { $0 ?? .gap }
  }

  private static func cell(_ parser: inout JSONParser) throws -> TableCell {
    switch parser.peek() {
    case UInt8(ascii: "\""):
      let text = try parser.string()
      return CSVFormat.isMissing(text) ? .gap : .text(text)
    case UInt8(ascii: "t") where parser.take(word: "true"): return .truth(true)
    case UInt8(ascii: "f") where parser.take(word: "false"): return .truth(false)
    case UInt8(ascii: "n") where parser.take(word: "null"): return .gap
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      try parser.skipValue()
      return .nested
    default: return .number(try parser.number())
    }
  }

  private func settleColumns(_ table: inout TableRows) throws {
    let (source, line) = (rows.name, rows.line)
    func fault(_ expected: String, _ found: String) -> DataError {
      DataError(.notFound, in: source, at: .line(line, column: nil), expected: expected, found: found)
    }
    let label = try format.labelColumn.map { column in
      guard let place = places[column] else {
        throw fault("the label column '\(column)'", "the members \(names.prefix(20).joined(separator: ", "))")
      }
      return place
    }
    let roles = try format.columns.roles(names: names, count: names.count, label: label, fault: fault)
    guard roles.contains(where: \.isFeature) || format.columns.areNumbersAlone && label != nil else {
      throw fault("a member that is a number, a time or a category", "none")
    }
    table.settle(roles, names: names)
  }
}
