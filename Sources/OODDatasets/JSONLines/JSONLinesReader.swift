import GenModels

/// Reads a table of JSON lines, object by object.
struct JSONLinesReader {
  private let rows: TextRows
  private let format: CSVFormat
  private var names: [String] = []
  private var places: [String: Int] = [:]
  private var roles: [CSVFieldRole] = []
  private var values: [Double] = []
  private var ids: [String] = []
  private var labels: [String] = []
  /// By column of features.
  private var categories: [Int: CategoryCodes] = [:]
  private var rowCount = 0
  private var droppedRowCount = 0
  private var rowNumbers: [Int]?

  init(_ stream: ByteStream, format: CSVFormat) {
    rows = TextRows(stream, quote: nil)
    self.format = format
  }

  /// A member of an object.
  private enum Cell {
    case gap
    case number(Double)
    case truth(Bool)
    case text(String)
    /// An object or an array.
    case nested

    /// As text, for ids, labels and categories; nil for a gap.
    var text: String? {
      switch self {
      case .gap, .nested: nil
      case .number(let number): StrokeLines.shortest(number)
      case .truth(let isTrue): isTrue ? "true" : "false"
      case .text(let text): CSVFormat.isMissing(text) ? nil : text
      }
    }
  }

  /// All rows.
  mutating func read() throws -> CSVTable {
    // Without rows `next` throws.
    let table = try next(rows: .max)!
    guard table.rowCount > 0 else {
      throw DataError(
        .missingValue, in: rows.name, expected: "rows without gaps",
        found: "gaps in all of the \(rowCount) rows")
    }
    return table
  }

  /// At most so many of the next rows, those that are left out included; nil at the end. A text without rows is an error.
  mutating func next(rows most: Int) throws -> CSVTable? {
    let first = rowCount
    (values, labels, ids, categories, droppedRowCount) = ([], [], [], [:], 0)
    rowNumbers = first > 0 ? [] : nil
    while rowCount - first < most, let row = try rows.next() {
      var parser = JSONParser(row, source: rows.name, line: rows.line)
      if parser.peek() == nil { continue }
      let cells = try cells(&parser)
      try parser.expectEnd()
      let start = values.count
      if try append(cells, parser) {
        rowNumbers?.append(rowCount)
      } else {
        values.removeLast(values.count - start)
        if rowNumbers == nil { rowNumbers = Array(0..<rowCount) }
        droppedRowCount += 1
      }
      rowCount += 1
    }
    guard rowCount > 0 else {
      throw DataError(.truncated, in: rows.name, expected: "an object a line", found: "no line")
    }
    guard rowCount > first else { return nil }
    let features = names.indices.filter { roles[$0].isFeature }
    let (indexes, classNames) = roles.contains(.label) ? CSVReader.classes(labels) : (nil, nil)
    return CSVTable(
      columnNames: features.map { names[$0] }, columnKinds: sortedKinds(features),
      rowCount: rowCount - first - droppedRowCount, columnCount: features.count, values: values,
      ids: roles.contains(.id) ? ids : nil, labels: indexes, classNames: classNames,
      droppedRowCount: droppedRowCount, rowNumbers: rowNumbers)
  }

  /// The members of a line's object, by column. The first object settles the columns.
  private mutating func cells(_ parser: inout JSONParser) throws -> [Cell] {
    let isFirst = rowCount == 0
    var cells = [Cell?](repeating: nil, count: names.count)
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
    if isFirst { try settleColumns() }
    return cells.map { $0 ?? .gap }
  }

  private static func cell(_ parser: inout JSONParser) throws -> Cell {
    switch parser.peek() {
    case UInt8(ascii: "\""): return .text(try parser.string())
    case UInt8(ascii: "t") where parser.take(word: "true"): return .truth(true)
    case UInt8(ascii: "f") where parser.take(word: "false"): return .truth(false)
    case UInt8(ascii: "n") where parser.take(word: "null"): return .gap
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      try parser.skipValue()
      return .nested
    default: return .number(try parser.number())
    }
  }

  private mutating func settleColumns() throws {
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
    roles = try format.columns.roles(names: names, count: names.count, label: label, fault: fault)
    guard roles.contains(where: \.isFeature) || format.columns.areNumbersAlone && label != nil else {
      throw fault("a member that is a number, a time or a category", "none")
    }
  }

  /// Takes over an object's members. Returns false where the row is to be left out.
  private mutating func append(_ cells: [Cell], _ parser: JSONParser) throws -> Bool {
    let start = values.count
    for (column, cell) in cells.enumerated() where roles[column].isFeature {
      if let value = try value(cell, column, at: values.count - start, parser) {
        values.append(value)
        continue
      }
      switch format.missingValues {
      case .refuse:
        throw parser.fault(
          .missingValue,
          expected: "a value of '\(names[column])' (set a policy for missing values to accept gaps)",
          found: "none")
      case .fill(let number): values.append(roles[column] == .number ? number : .nan)
      case .dropRow: return false
      }
    }
    for (column, cell) in cells.enumerated() {
      if roles[column] == .label { labels.append(cell.text ?? "") }
      if roles[column] == .id { ids.append(cell.text ?? "") }
    }
    return true
  }

  /// What a member is as a feature; nil for a gap.
  private mutating func value(
    _ cell: Cell, _ column: Int, at feature: Int, _ parser: JSONParser
  ) throws -> Double? {
    func fault(_ expected: String, _ found: String) -> DataError {
      parser.fault(expected: expected + " in '\(names[column])'", found: found)
    }
    switch (roles[column], cell) {
    case (_, .gap): return nil
    case (_, .nested): throw fault("a number, a text, true, false or null", "an array or an object")
    case (.category, _):
      return cell.text.map { Double(categories[feature, default: CategoryCodes()].code($0)) }
    case (_, .number(let number)): return number
    case (.time, .text(let text)):
      guard !CSVFormat.isMissing(text) else { return nil }
      guard let seconds = TimeText.seconds(text) else { throw fault(TimeText.forms, "'\(text.prefix(40))'") }
      return seconds
    case (.time, .truth): throw fault(TimeText.forms, "true or false")
    case (_, .truth(let isTrue)): return isTrue ? 1 : 0
    case (_, .text(let text)):
      guard !CSVFormat.isMissing(text) else { return nil }
      throw fault(
        "a number (columns of other things are named: category=, time=, id= or drop=)", "'\(text.prefix(40))'"
      )
    }
  }

  /// What the columns stand for, the names of categories sorted and their codes moved to match; nil where all are numbers.
  private mutating func sortedKinds(_ features: [Int]) -> [ColumnKind]? {
    guard features.contains(where: { roles[$0] != .number }) else { return nil }
    return features.enumerated().map { feature, column in
      guard roles[column] == .category else { return roles[column] == .time ? .time : .number }
      let (names, codes) = (categories[feature] ?? CategoryCodes()).sorted
      for place in stride(from: feature, to: values.count, by: features.count) where !values[place].isNaN {
        values[place] = Double(codes[Int(values[place])])
      }
      return .category(names)
    }
  }
}
