/// How numbers are written in a table: which marks stand before fractions and between thousands.
struct NumberText {
  let decimalMark: UInt8
  let thousandsMark: UInt8?

  /// A decimal point and no groups.
  static let plain = NumberText(decimalMark: UInt8(ascii: "."), thousandsMark: nil)

  /// The shortest text that reads back as the same number, without a point where it is whole.
  static func shortest(_ number: Double) -> String {
    precondition(number.isFinite, "There is no short text for \(number), which is no finite number.")
    if number == 0 { return number.sign == .minus ? "-0.0" : "0" }
    return abs(number) < 1e15 && number == number.rounded() ? "\(Int(number))" : "\(number)"
  }

  /// Whether numbers are as the decimal parser reads them.
  var isPlain: Bool { decimalMark == UInt8(ascii: ".") && thousandsMark == nil }

  /// A field as a number: blanks around it are allowed, anything else is not.
  func number(_ field: [UInt8]) -> Double? {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    guard let first = field.firstIndex(where: { !isBlank($0) }),
      let last = field.lastIndex(where: { !isBlank($0) })
    else { return nil }
    guard let text = isPlain ? Array(field[first...last]) : normalized(Array(field[first...last])) else {
      return nil
    }
    return text.withUnsafeBufferPointer { bytes in
      guard let (value, length) = DecimalParser.parse(bytes), length == bytes.count else { return nil }
      return value
    }
  }

  /// The text with a decimal point and without groups; nil when its groups are not of three digits.
  private func normalized(_ text: [UInt8]) -> [UInt8]? {
    let point = UInt8(ascii: ".")
    let mark = text.firstIndex { $0 == decimalMark || $0 | 0x20 == UInt8(ascii: "e") } ?? text.count
    var whole = text[..<mark]
    var rest = Array(text[mark...])
    guard !rest.contains(point) || decimalMark == point else { return nil }
    if rest.first == decimalMark { rest[0] = point }
    if let thousandsMark {
      if thousandsMark == 0x20 { whole = NumberText.withPlainSpaces(whole)[...] }
      let sign = whole.first.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") } == true ? 1 : 0
      let groups = whole.dropFirst(sign).split(separator: thousandsMark, omittingEmptySubsequences: false)
      if groups.count > 1 {
        guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
          return nil
        }
        whole = (whole.prefix(sign) + groups.joined())[...]
      }
    }
    guard !whole.contains(point) else { return nil }
    return whole + rest
  }

  /// No-break spaces, which typesetters put between thousands, as spaces.
  private static func withPlainSpaces(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var plain: [UInt8] = []
    var rest = text
    while let byte = rest.first {
      if let space = [[0xC2, 0xA0], [0xE2, 0x80, 0xAF]].first(where: { rest.starts(with: $0) }) {
        plain.append(0x20)
        rest = rest.dropFirst(space.count)
      } else {
        plain.append(byte)
        rest = rest.dropFirst()
      }
    }
    return plain
  }

  /// What should stand in the place of a text that is no number, and which option reads it; nil when it looks like nothing known.
  func advice(for text: String, delimiter: UInt8) -> String? {
    let bytes = Array(text.utf8)
    func reads(_ decimal: Character, _ thousands: Character?) -> Bool {
      NumberText(decimalMark: decimal.asciiValue!, thousandsMark: thousands?.asciiValue).number(bytes) != nil
    }
    if bytes.contains(where: { [UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")].contains($0) && $0 != delimiter })
    {
      return
        "one number between delimiters (delimiter=semicolon, tab or the character, and decimal=comma for decimal commas)"
    }
    let point = "a number with a decimal point"
    switch (decimalMark == UInt8(ascii: ".") && reads(",", nil), reads(".", ",")) {
    case (true, true):
      return point
        + " and no other mark (decimal=comma reads decimal commas, thousands=comma groups of digits)"
    case (true, false): return point + " (decimal=comma reads decimal commas)"
    case (false, true): return "a number without groups of digits (thousands=comma reads them)"
    case (false, false): break
    }
    for (mark, name) in [(Character(" "), "space"), ("'", "apostrophe"), ("_", "underscore")]
    where reads(".", mark) {
      return "a number without groups of digits (thousands=\(name) reads them)"
    }
    if reads(",", ".") {
      return point + " and no groups of digits (decimal=comma&thousands=point reads such numbers)"
    }
    if decimalMark == UInt8(ascii: ","), NumberText.plain.number(bytes) != nil {
      return "a number with a decimal comma, as decimal=comma says"
    }
    return nil
  }
}
