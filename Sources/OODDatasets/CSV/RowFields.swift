/// Splits a row into its fields at a delimiter (RFC 4180): quoted fields may hold delimiters, and a doubled
/// quote stands for one.
struct RowFields {
  let delimiter: UInt8
  let quote: UInt8?

  /// The fields of a row, quotes removed. Throws when text follows a closing quote.
  func split(_ row: UnsafeBufferPointer<UInt8>, source: String, line: Int) throws -> [[UInt8]] {
    var fields: [[UInt8]] = []
    var position = 0
    while true {
      var field: [UInt8] = []
      if let quote, position < row.count, row[position] == quote {
        position += 1
        var isOpen = true
        while isOpen {
          let closing = row[position...].firstIndex(of: quote) ?? row.endIndex
          field.append(contentsOf: UnsafeBufferPointer(rebasing: row[position..<closing]))
          position = closing + 1
          if position < row.count, row[position] == quote {
            field.append(quote)
            position += 1
          } else {
            isOpen = false
          }
        }
        guard position >= row.count || row[position] == delimiter else {
          throw DataError(
            .malformed, in: source, at: .line(line, column: fields.count + 1),
            expected: "a delimiter after the closing quote", found: "'\(Unicode.Scalar(row[position]))'")
        }
      } else {
        let end = row[position...].firstIndex(of: delimiter) ?? row.endIndex
        field = Array(row[position..<end])
        position = end
      }
      fields.append(field)
      if position >= row.count { return fields }
      position += 1
    }
  }
}
