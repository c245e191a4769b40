import GenModels

/// Reads a table of numbers row by row: a field that is a plain number up to its delimiter is parsed where it
/// stands; all others (quotes, blanks, gaps, labels) take the way through `RowFields`.
struct CSVReader {
  private let rows: TextRows
  private let format: CSVFormat
  private var delimiter: UInt8 = 0
  private var values: [Double] = []
  private var labels: [String] = []
  private var columnNames: [String]?
  /// Fields of a row, the label's included.
  private var fieldCount = 0
  private var labelField: Int?
  private var droppedRowCount = 0

  init(_ stream: ByteStream, format: CSVFormat) {
    rows = TextRows(stream, quote: format.quote)
    self.format = format
  }

  mutating func read() throws -> CSVTable {
    while let row = try rows.next() {
      if row.isEmpty && fieldCount != 1 { continue }
      if fieldCount == 0 {
        if try readFirstRow(row) { continue }
      }
      let start = values.count
      if try !readNumbers(row) {
        values.removeLast(values.count - start)
        try readFields(row)
      }
    }
    guard fieldCount > 0 else {
      throw DataError(.truncated, in: rows.name, expected: "a table of numbers", found: "no rows")
    }
    let columnCount = fieldCount - (labelField == nil ? 0 : 1)
    let rowCount = labelField == nil ? values.count / max(columnCount, 1) : labels.count
    let (indexes, names) = labelField == nil ? (nil, nil) : CSVReader.classes(labels)
    return CSVTable(
      columnNames: columnNames, rowCount: rowCount, columnCount: columnCount, values: values, labels: indexes,
      classNames: names, droppedRowCount: droppedRowCount)
  }

  /// Settles delimiter, width, header and label column. Returns whether the row was a header.
  private mutating func readFirstRow(_ row: UnsafeBufferPointer<UInt8>) throws -> Bool {
    delimiter = format.delimiter ?? CSVReader.mostFrequentDelimiter(row, quote: format.quote)
    let fields = try RowFields(delimiter: delimiter, quote: format.quote)
      .split(row, source: rows.name, line: rows.line)
    fieldCount = fields.count
    let texts = fields.map(CSVReader.trimmed)
    // A whole number may be the label column's number or its name; only a header can tell.
    let number = format.labelColumn.flatMap { Int($0) }
    let isHeader =
      switch format.header {
      case .present: true
      case .absent: false
      case .automatic:
        format.labelColumn != nil && number == nil
          || fields.indices.contains {
            $0 != number && CSVReader.number(fields[$0]) == nil && !CSVFormat.missingMarks.contains(texts[$0])
          }
      }
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
    guard isHeader else { return false }
    columnNames = texts.indices.filter { $0 != labelField }.map { texts[$0] }
    return true
  }

  /// The fast way: every field is a number that ends at a delimiter, but for a label without quotes.
  /// Returns false when the row is not like that.
  private mutating func readNumbers(_ row: UnsafeBufferPointer<UInt8>) throws -> Bool {
    var position = 0
    var label: Range<Int>?
    for field in 0..<fieldCount {
      if field == labelField {
        let end = row[position...].firstIndex(of: delimiter) ?? row.count
        guard end < row.count || field == fieldCount - 1, position == end || row[position] != format.quote
        else { return false }
        label = position..<end
        position = end + 1
        continue
      }
      guard let (value, length) = DecimalParser.parse(UnsafeBufferPointer(rebasing: row[position...])),
        value.isFinite
      else { return false }
      values.append(value)
      position += length
      guard position == row.count ? field == fieldCount - 1 : row[position] == delimiter else { return false }
      position += 1
    }
    guard position == row.count + 1 else { return false }
    if let label { labels.append(CSVReader.trimmed(row[label])) }
    return true
  }

  /// The way for all rows, and for errors.
  private mutating func readFields(_ row: UnsafeBufferPointer<UInt8>) throws {
    let fields = try RowFields(delimiter: delimiter, quote: format.quote)
      .split(row, source: rows.name, line: rows.line)
    guard fields.count == fieldCount else {
      throw DataError(
        .inconsistent, in: rows.name, at: .line(rows.line, column: nil),
        expected: "\(fieldCount) fields, as in the first row", found: "\(fields.count)")
    }
    let start = values.count
    for (i, field) in fields.enumerated() where i != labelField {
      let text = CSVReader.trimmed(field)
      if let value = CSVReader.number(field) {
        guard value.isFinite else {
          throw fault(.notFinite, i, expected: "a finite number", found: "'\(text)'")
        }
        values.append(value)
      } else if CSVFormat.missingMarks.contains(text) {
        switch format.missingValues {
        case .refuse:
          throw fault(
            .missingValue, i, expected: "a number (set a policy for missing values to accept gaps)",
            found: text.isEmpty ? "an empty field" : "'\(text)'")
        case .fill(let value): values.append(value)
        case .dropRow:
          values.removeLast(values.count - start)
          droppedRowCount += 1
          return
        }
      } else {
        let isInfinite = ["inf", "infinity"].contains(text.lowercased().drop { $0 == "-" || $0 == "+" })
        throw fault(
          isInfinite ? .notFinite : .malformed, i, expected: "a finite number", found: "'\(text.prefix(40))'")
      }
    }
    if let labelField { labels.append(CSVReader.trimmed(fields[labelField])) }
  }

  private func fault(_ reason: DataError.Reason, _ field: Int, expected: String, found: String) -> DataError {
    DataError(
      reason, in: rows.name, at: .line(rows.line, column: field + 1), expected: expected, found: found)
  }

  /// A field as a number: blanks around it are allowed, anything else is not.
  private static func number(_ field: [UInt8]) -> Double? {
    field.withUnsafeBufferPointer { bytes in
      guard let first = bytes.firstIndex(where: { !isBlank($0) }),
        let last = bytes.lastIndex(where: { !isBlank($0) }),
        let (value, length) = DecimalParser.parse(UnsafeBufferPointer(rebasing: bytes[first...last])),
        length == last - first + 1
      else { return nil }
      return value
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func trimmed(_ field: some BidirectionalCollection<UInt8>) -> String {
    guard let first = field.firstIndex(where: { !isBlank($0) }) else { return "" }
    return String(decoding: field[first...field.lastIndex { !isBlank($0) }!], as: UTF8.self)
  }

  private static func mostFrequentDelimiter(_ row: UnsafeBufferPointer<UInt8>, quote: UInt8?) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")]
    var counts = [0, 0, 0, 0]
    var isQuoted = false
    for byte in row {
      if byte == quote { isQuoted.toggle() }
      if !isQuoted, let i = candidates.firstIndex(of: byte) { counts[i] += 1 }
    }
    let most = counts.max()!
    return candidates[counts.firstIndex(of: most)!]
  }

  /// Distinct labels in order, and for each label its position among them.
  private static func classes(_ labels: [String]) -> (Indexes, [String]) {
    let distinct = Set(labels)
    let numbers = Dictionary(
      uniqueKeysWithValues: distinct.compactMap { label in number(Array(label.utf8)).map { (label, $0) } })
    let byText = distinct.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    let names =
      numbers.count == distinct.count
      ? byText.sorted { numbers[$0]! < numbers[$1]! } : byText
    let positions = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    return (Indexes(labels.map { positions[$0]! }), names)
  }
}
