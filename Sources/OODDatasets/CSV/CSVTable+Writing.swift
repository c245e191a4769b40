extension CSVTable {
  /// The text of a table: a header where `columnNames` are given, then a row a line, numbers in the shortest
  /// form that reads back the same.
  ///
  /// - Parameters:
  ///   - values: The numbers, row by row. Traps when their number is not a multiple of `columnCount`.
  ///   - columnCount: Numbers in a row.
  ///   - columnNames: As many as columns; quoted where they hold the delimiter, a quote or a line end.
  ///   - delimiter: What stands between numbers, in ASCII.
  public static func bytes(
    of values: [Double], columnCount: Int, columnNames: [String]? = nil, delimiter: UInt8 = UInt8(ascii: ",")
  ) -> [UInt8] {
    precondition(
      columnCount > 0 && values.count % columnCount == 0,
      "\(values.count) numbers don't make whole rows of \(columnCount) columns.")
    precondition(
      columnNames == nil || columnNames!.count == columnCount,
      "A table of \(columnCount) columns needs as many names, and \(columnNames?.count ?? 0) were given.")
    var text: [UInt8] = []
    text.reserveCapacity(values.count * 12)
    if let columnNames {
      for (i, name) in columnNames.enumerated() {
        if i > 0 { text.append(delimiter) }
        text.append(contentsOf: quoted(name, delimiter: delimiter).utf8)
      }
      text.append(0x0A)
    }
    for (i, value) in values.enumerated() {
      text.append(contentsOf: value.description.utf8)
      text.append((i + 1) % columnCount == 0 ? 0x0A : delimiter)
    }
    return text
  }

  /// Writes the table to a file, compressed when the path ends in `.gz`. The file appears whole or not at
  /// all. Labels become the last column, called "label". Throws `DataError` when the file can't be written.
  public func write(to path: String, delimiter: UInt8 = UInt8(ascii: ",")) throws {
    let text = bytes(delimiter: delimiter)
    try OutputPlace.write(path.hasSuffix(".gz") ? Gzip.compress(text) : text, to: path)
  }

  private func bytes(delimiter: UInt8) -> [UInt8] {
    guard let labels, let classNames else {
      return CSVTable.bytes(
        of: values, columnCount: columnCount, columnNames: columnNames, delimiter: delimiter)
    }
    var text = ""
    let between = String(Unicode.Scalar(delimiter))
    if let columnNames {
      text +=
        (columnNames + ["label"]).map { CSVTable.quoted($0, delimiter: delimiter) }
        .joined(separator: between) + "\n"
    }
    for (row, label) in labels.elements.enumerated() {
      let numbers = values[row * columnCount..<(row + 1) * columnCount].map(\.description)
      text +=
        (numbers + [CSVTable.quoted(classNames[label], delimiter: delimiter)])
        .joined(separator: between) + "\n"
    }
    return Array(text.utf8)
  }

  private static func quoted(_ name: String, delimiter: UInt8) -> String {
    let special = [delimiter, UInt8(ascii: "\""), 0x0A, 0x0D]
    guard name.utf8.contains(where: special.contains) else { return name }
    return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
