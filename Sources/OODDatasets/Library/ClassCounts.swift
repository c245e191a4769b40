/// How many examples each class of a published set has: the rows of a list such as HWRT's `symbols.csv`, with columns `latex`
/// and numbers of examples whose names end in `samples`, separated by semicolons.
struct ClassCounts {
  /// By the class's name. Classes of one name are counted together.
  let counts: [String: Int]
  private let path: String

  /// Reads a list. Throws `DataError` naming the line.
  init(_ path: String) throws {
    self.path = path
    let rows = TextRows(try ByteStream(FileSource.open(path), limit: .standard), quote: UInt8(ascii: "'"))
    let format = RowFields(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'"))
    func fields(_ row: UnsafeBufferPointer<UInt8>) throws -> [String] {
      try format.split(row, source: path, line: rows.line).map { String(decoding: $0, as: UTF8.self) }
    }
    func fault(expected: String, found: String) -> DataError {
      DataError(.malformed, in: path, at: .line(rows.line, column: 1), expected: expected, found: found)
    }
    let header = try rows.next().map(fields) ?? []
    let numbers = header.indices.filter { header[$0].hasSuffix("samples") }
    guard let name = header.firstIndex(of: "latex"), !numbers.isEmpty else {
      throw fault(
        expected: "a header with the columns latex and training_samples;test_samples or samples",
        found: header.isEmpty ? "nothing" : header.joined(separator: ";"))
    }
    var counts: [String: Int] = [:]
    while let row = try rows.next() {
      if row.isEmpty { continue }
      let fields = try fields(row)
      guard fields.count == header.count else {
        throw fault(expected: "\(header.count) fields", found: "\(fields.count)")
      }
      for column in numbers {
        guard let count = Int(fields[column]), (0...Int(Int32.max)).contains(count) else {
          throw fault(expected: "a number of examples", found: "'\(fields[column].prefix(40))'")
        }
        counts[fields[name], default: 0] += count
      }
    }
    self.counts = counts
  }

  /// The list that a specification names: a file, or `official` for the list of the full release in the folder of the data,
  /// `symbols-official….csv` or else `symbols.csv`. Throws `SpecificationError` when there is none.
  init(_ word: Specification.Word, folder: String?, of specification: Specification) throws {
    if word.text != "official" {
      try self.init(word.text)
      return
    }
    let names = folder.map(Directory.names(in:)) ?? []
    guard
      let folder,
      let name = names.first(where: { $0.hasPrefix("symbols-official") && $0.hasSuffix(".csv") })
        ?? names.first(where: { $0 == "symbols.csv" })
    else {
      throw SpecificationError(
        specification.text, column: word.column,
        "there is no list symbols-official….csv or symbols.csv beside these data; give the path of one")
    }
    try self.init(folder + "/" + name)
  }

  /// The weight of each class of a data set: its count in the list, or 0 where that is below `least`. Throws
  /// `SpecificationError` when no class has any.
  func weights(
    ofClasses names: [String]?, least: Int, _ word: Specification.Word, of specification: Specification
  ) throws -> [Int] {
    func fault(_ message: String) -> SpecificationError {
      SpecificationError(specification.text, column: word.column, message)
    }
    guard let names else { throw fault("these data have no named classes to look up in a list") }
    let weights = names.map { name in
      let count = counts[name] ?? 0
      return count >= least ? count : 0
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw fault("none of these classes has \(max(1, least)) examples or more in \(path)")
    }
    return weights
  }
}
