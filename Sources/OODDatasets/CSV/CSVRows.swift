/// The rows of a CSV text: a field that is a plain number up to its delimiter is parsed where it stands; all others (quotes, blanks,
/// gaps, labels) take the way through `RowFields`.
struct CSVRows: RowSource {
  private let rows: TextRows
  private let format: CSVFormat
  private var delimiter: UInt8 = 0
  /// Fields of a row, the label's included.
  private var fieldCount = 0
  /// Whether fields can be parsed where they stand.
  private let isPlain: Bool
  private let numberText: NumberText
  private var firstRow: (line: Int, texts: [String])?

  init(_ stream: ByteStream, format: CSVFormat) throws {
    let stream = try TextDecoding(format.encoding).utf8(stream)
    rows = TextRows(stream, quote: format.quote)
    self.format = format
    numberText = NumberText(decimalMark: format.decimalMark, thousandsMark: format.thousandsMark)
    isPlain = numberText.isPlain
  }

  var name: String { rows.name }

  mutating func next(into table: inout TableRows) throws -> RowOutcome {
    while let row = try rows.next() {
      if row.isEmpty && fieldCount != 1 { continue }
      if fieldCount == 0 {
        if try readDelimiterLine(row) { continue }
        if try readFirstRow(row, &table) { continue }
      }
      let start = table.mark
      if isPlain, readNumbers(row, &table) { return .kept }
      table.rewind(to: start)
      return try readFields(row, &table)
    }
    return .end
  }

  var emptyFault: DataError {
    DataError(
      .truncated, in: rows.name, expected: "a table of numbers",
      found: fieldCount == 0
        ? "no rows" : "a row of column names and no other row (header=no reads it as numbers)")
  }

  /// Excel's first line `sep=;`, which names the delimiter. Returns whether the row was one.
  private mutating func readDelimiterLine(_ row: UnsafeBufferPointer<UInt8>) throws -> Bool {
    guard delimiter == 0, row.count == 5,
      row[0..<4].map({ $0 | 0x20 }) == Array("sep=".utf8.map { $0 | 0x20 })
    else { return false }
    delimiter = format.delimiter ?? row[4]
    return true
  }

  /// Columns that are called 0, 1, 2, … look like a row of numbers: only the user can tell.
  func check(first table: TableRows) throws {
    guard let (line, texts) = firstRow, table.rowCount > 1 else { return }
    let numbers = texts.first == "" ? Array(texts.dropFirst()) : texts
    guard numbers.count >= 2, numbers.indices.allSatisfy({ numbers[$0] == "\($0)" }) else { return }
    // Two columns that start with 0 and 1 are common data, but not above fractions.
    if numbers.count == 2, table.values.allSatisfy({ $0 == $0.rounded() }) { return }
    throw DataError(
      .malformed, in: rows.name, at: .line(line, column: nil),
      expected: "a first row that is clearly one of names or of numbers (add header=yes or header=no)",
      found: "the numbers 0 to \(numbers.count - 1), as programs number columns that have no names")
  }

  /// Settles delimiter, width, header and label column. Returns whether the row was a header.
  private mutating func readFirstRow(
    _ row: UnsafeBufferPointer<UInt8>, _ table: inout TableRows
  ) throws -> Bool {
    if row.contains(0) || row.starts(with: [0xFF, 0xFE]) || row.starts(with: [0xFE, 0xFF]) {
      throw DataError(
        .unsupported, in: rows.name, at: .line(rows.line, column: nil),
        expected: "UTF-8 text (encoding=utf16 reads UTF-16)",
        found: row.starts(with: [0xFF, 0xFE]) || row.starts(with: [0xFE, 0xFF])
          ? "UTF-16" : "zero bytes, as in UTF-16")
    }
    if delimiter == 0 {
      delimiter =
        format.delimiter
        ?? CSVRows.mostFrequentDelimiter(
          row, quote: format.quote, except: [format.decimalMark, format.thousandsMark])
    }
    let fields = try RowFields(delimiter: delimiter, quote: format.quote)
      .split(row, source: rows.name, line: rows.line)
    fieldCount = fields.count
    let texts = fields.map(CSVRows.trimmed)
    // A whole number may be the label column's number or its name; only a header can tell.
    let number = format.labelColumn.flatMap { Int($0) }
    let isHeader: Bool
    switch format.header {
    case .present: isHeader = true
    case .absent: isHeader = false
    case .automatic:
      if format.labelColumn != nil && number == nil || format.columns.haveNames {
        isHeader = true
      } else {
        let others = format.columns.numbers
        let judged = fields.indices.filter { $0 != number && !others.contains($0) }
        switch FirstRow(judged.map { (texts[$0], numberText.number(fields[$0])) }) {
        case .names: isHeader = true
        case .numbers:
          isHeader = false
          firstRow = (rows.line, judged.map { texts[$0] })
        case .either(let word):
          throw DataError(
            .malformed, in: rows.name, at: .line(rows.line, column: nil),
            expected: "a first row that is clearly one of names or of numbers (add header=yes or header=no)",
            found: "numbers beside '\(word.prefix(40))'")
        }
      }
    }
    var labelField: Int?
    if let column = format.labelColumn {
      labelField = isHeader ? texts.firstIndex(of: column) : nil
      labelField = labelField ?? number.flatMap { texts.indices.contains($0) ? $0 : nil }
      guard labelField != nil else {
        throw DataError(
          .notFound, in: rows.name, at: .line(rows.line, column: nil),
          expected: "the label column '\(column)' by name or by number from 0",
          found: "\(texts.count) columns: \(texts.prefix(20).joined(separator: ", "))")
      }
    }
    let names = isHeader ? texts : nil
    let roles = try format.columns.roles(names: names, count: texts.count, label: labelField) {
      DataError(.notFound, in: rows.name, at: .line(rows.line, column: nil), expected: $0, found: $1)
    }
    table.settle(roles, names: names)
    guard table.featureCount > 0 || format.columns.areNumbersAlone else {
      throw DataError(
        .notFound, in: rows.name, at: .line(rows.line, column: nil),
        expected: "a column of numbers, times or categories besides ids, labels and what is left out",
        found: "none")
    }
    return isHeader
  }

  /// The fast way: every field of a feature is a number that ends at a delimiter, and no other one has quotes.
  /// Returns false when the row is not like that.
  private func readNumbers(_ row: UnsafeBufferPointer<UInt8>, _ table: inout TableRows) -> Bool {
    var position = 0
    for field in 0..<fieldCount {
      let role = table.roles[field]
      if role != .number {
        let end = position <= row.count ? row[position...].firstIndex(of: delimiter) ?? row.count : row.count
        guard position <= row.count, end < row.count || field == fieldCount - 1,
          position == end || row[position] != format.quote
        else { return false }
        let text = row[position..<end]
        position = end + 1
        switch role {
        case .label: table.labels.append(CSVRows.trimmed(text))
        case .id: table.ids.append(CSVRows.trimmed(text))
        case .ignored: break
        case .time, .category:
          guard let value = value(of: CSVRows.trimmed(text), role, &table) else { return false }
          table.values.append(value)
        case .number: break
        }
        continue
      }
      guard position <= row.count,
        let (value, length) = DecimalParser.parse(UnsafeBufferPointer(rebasing: row[position...])),
        value.isFinite
      else { return false }
      table.values.append(value)
      position += length
      guard position == row.count ? field == fieldCount - 1 : row[position] == delimiter else { return false }
      position += 1
    }
    return position == row.count + 1
  }

  /// The number that a time or a category stands for, in the column that is read next; nil for a gap and for what is no time.
  private func value(of text: String, _ role: CSVFieldRole, _ table: inout TableRows) -> Double? {
    guard !CSVFormat.isMissing(text) else { return nil }
    return role == .time ? TimeText.seconds(text) : table.code(text)
  }

  /// The way for all rows, and for errors.
  private func readFields(
    _ row: UnsafeBufferPointer<UInt8>, _ table: inout TableRows
  ) throws -> RowOutcome {
    let fields = try RowFields(delimiter: delimiter, quote: format.quote)
      .split(row, source: rows.name, line: rows.line)
    guard fields.count == fieldCount else {
      throw DataError(
        .inconsistent, in: rows.name, at: .line(rows.line, column: nil),
        expected: "\(fieldCount) fields, as in the first row", found: "\(fields.count)")
    }
    let (start, roles) = (table.mark, table.roles)
    for (i, field) in fields.enumerated() where roles[i].isFeature {
      let text = CSVRows.trimmed(field)
      if roles[i] == .number, let value = numberText.number(field) {
        guard value.isFinite else {
          throw fault(.notFinite, i, expected: "a finite number", found: "'\(text)'")
        }
        table.values.append(value)
      } else if roles[i] != .number, let value = value(of: text, roles[i], &table) {
        table.values.append(value)
      } else if CSVFormat.isMissing(text) {
        switch format.missingValues {
        case .refuse:
          throw fault(
            .missingValue, i, expected: "a number (set a policy for missing values to accept gaps)",
            found: text.isEmpty ? "an empty field" : "'\(text)'")
        case .fill(let value): table.values.append(roles[i] == .number ? value : .nan)
        case .dropRow:
          table.rewind(to: start)
          return .dropped
        }
      } else if roles[i] == .time {
        throw fault(.malformed, i, expected: TimeText.forms, found: "'\(text.prefix(40))'")
      } else {
        throw fault(
          FirstRow.isInfinite(text) ? .notFinite : .malformed, i,
          expected: numberText.advice(for: text, delimiter: delimiter)
            ?? "a finite number (columns of other things are named: category=, time=, id= or drop=)",
          found: "'\(text.prefix(40))'")
      }
    }
    for (i, field) in fields.enumerated() {
      if roles[i] == .label { table.labels.append(CSVRows.trimmed(field)) }
      if roles[i] == .id { table.ids.append(CSVRows.trimmed(field)) }
    }
    return .kept
  }

  private func fault(_ reason: DataError.Reason, _ field: Int, expected: String, found: String) -> DataError {
    DataError(
      reason, in: rows.name, at: .line(rows.line, column: field + 1), expected: expected, found: found)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func trimmed(_ field: some BidirectionalCollection<UInt8>) -> String {
    guard let first = field.firstIndex(where: { !isBlank($0) }) else { return "" }
    return String(decoding: field[first...field.lastIndex { !isBlank($0) }!], as: UTF8.self)
  }

  private static func mostFrequentDelimiter(
    _ row: UnsafeBufferPointer<UInt8>, quote: UInt8?, except marks: [UInt8?]
  ) -> UInt8 {
    let candidates: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]
    var counts = [0, 0, 0, 0]
    var isQuoted = false
    for byte in row {
      if byte == quote { isQuoted.toggle() }
      if !isQuoted, let i = candidates.firstIndex(of: byte) { counts[i] += 1 }
    }
    // A mark in numbers can be the delimiter only where those are quoted: when nothing else can be it.
    let others = candidates.indices.filter { !marks.contains(candidates[$0]) && counts[$0] > 0 }
    let possible = others.isEmpty ? Array(candidates.indices) : others
    return candidates[possible.max { counts[$0] < counts[$1] || counts[$0] == counts[$1] && $0 > $1 }!]
  }
}
