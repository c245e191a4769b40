/// Reads the few Python literals that NumPy headers consist of: strings, booleans and tuples of whole
/// numbers.
struct PythonLiteralParser {
  private let bytes: [UInt8]
  private let source: String
  private let place: (Int) -> DataError.Place
  private var next = 0

  /// - Parameter place: Where one of `bytes` is in the file, for errors.
  init(_ bytes: [UInt8], source: String, place: @escaping (Int) -> DataError.Place) {
    self.bytes = bytes
    self.source = source
    self.place = place
  }

  func fault(expected: String, found: String) -> DataError {
    DataError(.malformed, in: source, at: place(next), expected: expected, found: found)
  }

  private mutating func skipSpace() {
    while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
  }

  private var shown: String {
    next < bytes.count ? "'\(Unicode.Scalar(bytes[next]))'" : "the end of the header"
  }

  /// Takes one character if it comes next.
  mutating func take(_ character: Unicode.Scalar) throws -> Bool {
    skipSpace()
    guard next < bytes.count, bytes[next] == UInt8(ascii: character) else { return false }
    next += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws {
    guard try take(character) else { throw fault(expected: "'\(character)'", found: shown) }
  }

  mutating func expectEnd() throws {
    skipSpace()
    guard next == bytes.count else { throw fault(expected: "the end of the header", found: shown) }
  }

  mutating func string(orError expected: String = "a quoted string") throws -> String {
    skipSpace()
    guard next < bytes.count, bytes[next] == UInt8(ascii: "'") || bytes[next] == UInt8(ascii: "\""),
      let end = bytes[(next + 1)...].firstIndex(of: bytes[next])
    else { throw fault(expected: expected, found: shown) }
    let text = String(decoding: bytes[(next + 1)..<end], as: UTF8.self)
    next = end + 1
    return text
  }

  mutating func boolean() throws -> Bool {
    skipSpace()
    for (text, value) in [("True", true), ("False", false)] where bytes[next...].starts(with: text.utf8) {
      next += text.utf8.count
      return value
    }
    throw fault(expected: "True or False", found: shown)
  }

  mutating func tuple(mostItems: Int) throws -> [Int] {
    try expect("(")
    var items: [Int] = []
    while try !take(")") {
      guard items.count < mostItems else {
        throw fault(expected: "at most \(mostItems) axes", found: "more")
      }
      items.append(try wholeNumber())
      if try !take(",") {
        try expect(")")
        break
      }
    }
    return items
  }

  private mutating func wholeNumber() throws -> Int {
    skipSpace()
    let start = next
    var value = 0
    while next < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[next]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowToo) = product.addingReportingOverflow(Int(bytes[next] - UInt8(ascii: "0")))
      guard !overflow, !overflowToo else {
        throw fault(expected: "a number of 63 bits", found: "a longer one")
      }
      value = sum
      next += 1
    }
    guard next > start else { throw fault(expected: "a whole number", found: shown) }
    // Python 2 wrote long integers with this mark.
    if next < bytes.count, bytes[next] == UInt8(ascii: "L") { next += 1 }
    return value
  }
}
