/// A JSON text taken apart, with numbers and strings as they are written: what a mutator changes and writes again. Foundation's
/// reader and writer take longer than what is tested.
indirect enum JSONTree {
  /// A number, a string with its quotes, true, false or null.
  case leaf([UInt8])
  case list([JSONTree])
  /// Keys with their quotes, in the text's order.
  case object([(key: [UInt8], value: JSONTree)])

  /// Nil for what is no JSON, or nested deeper than 64.
  init?(_ text: [UInt8]) {
    var reader = Reader(text: text)
    guard let tree = reader.tree(depth: 0), reader.next == nil else { return nil }
    self = tree
  }

  init(_ text: String) { self = .leaf(Array(text.utf8)) }

  var text: [UInt8] {
    var text: [UInt8] = []
    write(to: &text)
    return text
  }

  private func write(to text: inout [UInt8]) {
    switch self {
    case .leaf(let bytes): text += bytes
    case .list(let values):
      text.append(UInt8(ascii: "["))
      for (place, value) in values.enumerated() {
        if place > 0 { text.append(UInt8(ascii: ",")) }
        value.write(to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let fields):
      text.append(UInt8(ascii: "{"))
      for (place, field) in fields.enumerated() {
        if place > 0 { text.append(UInt8(ascii: ",")) }
        text += field.key
        text.append(UInt8(ascii: ":"))
        field.value.write(to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }

  private struct Reader {
    let text: [UInt8]
    var place = 0

    /// The next byte that is no white space.
    var next: UInt8? {
      mutating get {
        while place < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[place]) { place += 1 }
        return place < text.count ? text[place] : nil
      }
    }

    mutating func take(_ byte: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: byte) else { return false }
      place += 1
      return true
    }

    mutating func tree(depth: Int) -> JSONTree? {
      guard depth < 64 else { return nil }
      if take("[") {
        var values: [JSONTree] = []
        if take("]") { return .list(values) }
        repeat {
          guard let value = tree(depth: depth + 1) else { return nil }
          values.append(value)
        } while take(",")
        return take("]") ? .list(values) : nil
      }
      if take("{") {
        var fields: [(key: [UInt8], value: JSONTree)] = []
        if take("}") { return .object(fields) }
        repeat {
          guard next == UInt8(ascii: "\""), let key = string(), take(":"), let value = tree(depth: depth + 1)
          else { return nil }
          fields.append((key, value))
        } while take(",")
        return take("}") ? .object(fields) : nil
      }
      if next == UInt8(ascii: "\"") { return string().map { .leaf($0) } }
      let start = place
      while place < text.count, !Array(",]} \t\n\r".utf8).contains(text[place]) { place += 1 }
      return place > start ? .leaf(Array(text[start..<place])) : nil
    }

    mutating func string() -> [UInt8]? {
      let start = place
      place += 1
      while place < text.count, text[place] != UInt8(ascii: "\"") {
        place += text[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard place < text.count else { return nil }
      place += 1
      return Array(text[start..<place])
    }
  }
}
