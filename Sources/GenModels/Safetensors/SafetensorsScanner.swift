/// Reads the JSON of a `.safetensors` header, and no other.
///
/// Foundation's decoders keep the last of two equal keys without a word and accept nesting, fractions and
/// lone surrogates that have no place here. The header's grammar is two levels deep, so a scanner of its own
/// is short, needs no recursion, and can say at which byte it stumbled.
struct SafetensorsScanner {
  let bytes: [UInt8]
  let file: String?
  private var position = 0

  init(bytes: [UInt8], file: String?) {
    self.bytes = bytes
    self.file = file
  }

  /// `{"key": value, ...}`; `member` reads the value.
  mutating func object(
    _ field: String,
    _ member: (inout SafetensorsScanner, _ key: String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try expect("{", field)
    if skip("}") { return }
    repeat {
      let key = try string(field)
      try expect(":", field)
      try member(&self, key)
    } while skip(",")
    try expect("}", field, or: " or ','")
  }

  /// `[1, 2, ...]` with at most that many numbers, none negative.
  mutating func numbers(_ field: String, atMost limit: Int) throws(SafetensorsError) -> [UInt64] {
    try expect("[", field)
    var numbers: [UInt64] = []
    if skip("]") { return numbers }
    repeat {
      guard numbers.count < limit else {
        throw malformed(field, expected: "at most \(limit) numbers", found: "more")
      }
      numbers.append(try number(field))
    } while skip(",")
    try expect("]", field, or: " or ','")
    return numbers
  }

  private mutating func number(_ field: String) throws(SafetensorsError) -> UInt64 {
    skipSpace()
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, case let digit = bytes[position], digit >= 0x30, digit <= 0x39 {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (next, carry) = tens.addingReportingOverflow(UInt64(digit - 0x30))
      guard !overflow, !carry else {
        throw malformed(field, expected: "a whole number below 2^64", found: "a larger one")
      }
      value = next
      position += 1
    }
    let leadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
    let goesOn = position < bytes.count && [".", "e", "E"].contains(UnicodeScalar(bytes[position]))
    guard position > start, !leadingZero, !goesOn else {
      throw malformed(field, expected: "a whole number that is not negative", found: found)
    }
    return value
  }

  /// A JSON string.
  mutating func string(_ field: String) throws(SafetensorsError) -> String {
    try expect("\"", field)
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw malformed(field, expected: "text in UTF-8", found: "bytes that are not")
        }
        return string
      case UInt8(ascii: "\\"):
        position += 1
        try text.append(contentsOf: String(Character(escaped(field))).utf8)
      case 0..<0x20: throw malformed(field, expected: "the rest of a string", found: found)
      default:
        text.append(byte)
        position += 1
      }
    }
    throw malformed(field, expected: "the rest of a string", found: found)
  }

  /// The character that the escape sequence after a backslash means.
  private mutating func escaped(_ field: String) throws(SafetensorsError) -> UnicodeScalar {
    guard position < bytes.count else { throw malformed(field, expected: "an escape sequence", found: found) }
    let simple: [UnicodeScalar: UnicodeScalar] = [
      "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{c}", "n": "\n", "r": "\r", "t": "\t",
    ]
    let letter = UnicodeScalar(bytes[position])
    if let meaning = simple[letter] {
      position += 1
      return meaning
    }
    guard letter == "u" else { throw malformed(field, expected: "an escape sequence", found: found) }
    position += 1
    let first = try hexadecimal(field)
    if let scalar = UnicodeScalar(first) { return scalar }
    // The first half of a surrogate pair; the second half must follow.
    guard first < 0xdc00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw malformed(field, expected: "both halves of a surrogate pair", found: found) }
    position += 2
    let second = try hexadecimal(field)
    guard (0xdc00..<0xe000).contains(second),
      let scalar = UnicodeScalar(0x10000 + (UInt32(first) - 0xd800) << 10 + (UInt32(second) - 0xdc00))
    else { throw malformed(field, expected: "the second half of a surrogate pair", found: found) }
    return scalar
  }

  private mutating func hexadecimal(_ field: String) throws(SafetensorsError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue,
        bytes[position] < 0x80
      else { throw malformed(field, expected: "four hexadecimal digits", found: found) }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  /// Nothing but space may follow.
  mutating func end() throws(SafetensorsError) {
    skipSpace()
    guard position == bytes.count else { throw malformed("header", expected: "its end", found: found) }
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) { position += 1 }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(
    _ character: Unicode.Scalar, _ field: String, or other: String = ""
  ) throws(SafetensorsError) {
    guard skip(character) else { throw malformed(field, expected: "'\(character)'\(other)", found: found) }
  }

  /// The next byte, for an error message.
  private var found: String {
    guard position < bytes.count else { return "its end" }
    let byte = bytes[position]
    return (0x21..<0x7f).contains(byte) ? "'\(UnicodeScalar(byte))'" : "the byte \(byte)"
  }

  func malformed(_ field: String, expected: String, found: String) -> SafetensorsError {
    SafetensorsError(
      file: file, field: field, problem: .malformed(offset: position, expected: expected, found: found))
  }
}
