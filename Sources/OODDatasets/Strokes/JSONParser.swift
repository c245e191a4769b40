/// Reads JSON (RFC 8259) front to back without building a tree: the caller says what it expects next.
struct JSONParser {
  private let text: UnsafeBufferPointer<UInt8>
  private let source: String
  private let line: Int
  /// Offset of the next byte.
  private(set) var next = 0

  /// Values that are skipped may be nested this deep.
  private static let deepestNesting = 64

  /// - Parameter line: Number of the text's first line in its file, for errors.
  init(_ text: UnsafeBufferPointer<UInt8>, source: String, line: Int) {
    self.text = text
    self.source = source
    self.line = line
  }

  func fault(_ reason: DataError.Reason = .malformed, expected: String, found: String) -> DataError {
    DataError(reason, in: source, at: .line(line, column: next + 1), expected: expected, found: found)
  }

  /// What comes next, for messages.
  var shown: String {
    guard next < text.count else { return "the end" }
    let byte = text[next]
    return byte >= 0x20 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
  }

  @inline(__always)
  mutating func skipSpace() {
    while next < text.count,
      text[next] == 0x20 || text[next] == 0x0A || text[next] == 0x0D || text[next] == 0x09
    {
      next += 1
    }
  }

  /// The byte that comes next after blanks.
  @inline(__always)
  mutating func peek() -> UInt8? {
    skipSpace()
    return next < text.count ? text[next] : nil
  }

  /// Takes one character if it comes next.
  @inline(__always)
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    next += 1
    return true
  }

  @inline(__always)
  mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw fault(expected: "'\(character)'", found: shown) }
  }

  mutating func expectEnd() throws {
    guard peek() == nil else { throw fault(expected: "the end of the JSON value", found: shown) }
  }

  /// Takes `word` (true, false, null) if it comes next.
  mutating func take(word: StaticString) -> Bool {
    skipSpace()
    let count = word.utf8CodeUnitCount
    guard text.count - next >= count else { return false }
    for i in 0..<count where text[next + i] != word.utf8Start[i] { return false }
    next += count
    return true
  }

  /// Calls `body` for each item of an array, which reads it.
  @inline(__always)
  mutating func array(_ body: (inout JSONParser) throws -> Void) throws {
    try expect("[")
    if take("]") { return }
    repeat { try body(&self) } while take(",")
    guard take("]") else { throw fault(expected: "',' or ']'", found: shown) }
  }

  /// Calls `body` with each key of an object; it reads the value.
  @inline(__always)
  mutating func object(_ body: (inout JSONParser, String) throws -> Void) throws {
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try body(&self, key)
    } while take(",")
    guard take("}") else { throw fault(expected: "',' or '}'", found: shown) }
  }

  /// A number. JSON's grammar is stricter than the parser of decimals, so its rules are checked here.
  @inline(__always)
  mutating func number() throws -> Double {
    skipSpace()
    guard let (value, length) = DecimalParser.parse(UnsafeBufferPointer(rebasing: text[next...])),
      isJSONNumber(next..<next + length)
    else { throw fault(expected: "a number", found: shown) }
    guard value.isFinite else {
      throw fault(.notFinite, expected: "a number below 1.8e308", found: "a larger one")
    }
    next += length
    return value
  }

  /// A whole number that fits in 64 bits.
  mutating func wholeNumber() throws -> Int {
    let start = self
    guard let whole = Int(exactly: try number()) else {
      throw start.fault(expected: "a whole number", found: start.shown)
    }
    return whole
  }

  @inline(__always)
  private func isJSONNumber(_ range: Range<Int>) -> Bool {
    var p = range.lowerBound
    if text[p] == UInt8(ascii: "-") { p += 1 }
    let first = text[p]
    guard first &- UInt8(ascii: "0") < 10 else { return false }
    if first == UInt8(ascii: "0"), p + 1 < range.upperBound, text[p + 1] &- UInt8(ascii: "0") < 10 {
      return false
    }
    // A point needs a digit after it.
    p += 1
    while p < range.upperBound, text[p] != UInt8(ascii: ".") { p += 1 }
    return p >= range.upperBound || p + 1 < range.upperBound && text[p + 1] &- UInt8(ascii: "0") < 10
  }

  /// A string with its escapes resolved.
  mutating func string() throws -> String {
    try expect("\"")
    let start = next
    while next < text.count, text[next] != UInt8(ascii: "\""), text[next] != UInt8(ascii: "\\"),
      text[next] >= 0x20
    {
      next += 1
    }
    var bytes = Array(text[start..<next])
    while true {
      guard next < text.count else { throw fault(expected: "a closing quote", found: "the end") }
      let byte = text[next]
      next += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: bytes, as: UTF8.self) else {
          throw fault(expected: "UTF-8", found: "bytes that are not")
        }
        return string
      case UInt8(ascii: "\\"): bytes.append(contentsOf: try escape())
      case 0..<0x20: throw fault(expected: "no control characters in a string", found: "byte \(byte)")
      default: bytes.append(byte)
      }
    }
  }

  private mutating func escape() throws -> [UInt8] {
    guard next < text.count else { throw fault(expected: "an escaped character", found: "the end") }
    let byte = text[next]
    next += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var unit = try hexadecimal()
      if unit & 0xFC00 == 0xD800 {
        guard next + 1 < text.count, text[next] == UInt8(ascii: "\\"), text[next + 1] == UInt8(ascii: "u")
        else {
          throw fault(expected: "the second half of a surrogate pair", found: shown)
        }
        next += 2
        let second = try hexadecimal()
        guard second & 0xFC00 == 0xDC00 else {
          throw fault(expected: "the second half of a surrogate pair", found: "another character")
        }
        unit = 0x10000 + (unit & 0x3FF) << 10 + second & 0x3FF
      }
      guard let scalar = Unicode.Scalar(unit) else {
        throw fault(expected: "a Unicode scalar", found: "half of a surrogate pair")
      }
      return Array(String(Character(scalar)).utf8)
    default: throw fault(expected: "an escape that JSON knows", found: "'\\\(Unicode.Scalar(byte))'")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard next < text.count, let digit = Character(Unicode.Scalar(text[next])).hexDigitValue,
        text[next] < 0x80
      else {
        throw fault(expected: "four hexadecimal digits", found: shown)
      }
      value = value << 4 | UInt32(digit)
      next += 1
    }
    return value
  }

  /// Reads any value and forgets it.
  mutating func skipValue(depth: Int = 0) throws {
    guard depth < JSONParser.deepestNesting else {
      throw fault(
        .unsupported, expected: "values nested at most \(JSONParser.deepestNesting) deep",
        found: "deeper ones")
    }
    switch peek() {
    case UInt8(ascii: "["): try array { try $0.skipValue(depth: depth + 1) }
    case UInt8(ascii: "{"): try object { parser, _ in try parser.skipValue(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t") where take(word: "true"): break
    case UInt8(ascii: "f") where take(word: "false"): break
    case UInt8(ascii: "n") where take(word: "null"): break
    default: _ = try number()
    }
  }
}
