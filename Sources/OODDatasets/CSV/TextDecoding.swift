/// Text in other encodings as UTF-8.
struct TextDecoding {
  private let encoding: CSVFormat.Encoding

  init(_ encoding: CSVFormat.Encoding) { self.encoding = encoding }

  /// The stream itself where it is UTF-8 already, else one over its text, which is then in memory as a whole.
  func utf8(_ stream: ByteStream) throws -> ByteStream {
    if encoding == .utf8 { return stream }
    var bytes: [UInt8] = []
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = try stream.read(into: piece)
      if count == 0 { break }
      bytes += piece[..<count]
    }
    let text: [UInt8]
    switch encoding {
    case .utf8: text = bytes
    case .latin1: text = bytes.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }
    case .utf16: text = try TextDecoding.fromUTF16(bytes, name: stream.name)
    }
    return try ByteStream(MemorySource(text, name: stream.name), limit: .standard)
  }

  private static func fromUTF16(_ bytes: [UInt8], name: String) throws -> [UInt8] {
    guard bytes.count % 2 == 0 else {
      throw DataError(
        .malformed, in: name, expected: "UTF-16 text, an even number of bytes", found: "\(bytes.count) bytes")
    }
    let isBigEndian = bytes.starts(with: [0xFE, 0xFF])
    let start = isBigEndian || bytes.starts(with: [0xFF, 0xFE]) ? 2 : 0
    let units = stride(from: start, to: bytes.count, by: 2).map { (place: Int) -> UInt16 in
      let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    var text: [UInt8] = []
    text.reserveCapacity(units.count)
    let isWhole = !transcode(
      units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true, into: { text.append($0) })
    guard isWhole else {
      throw DataError(
        .malformed, in: name, expected: "UTF-16 text",
        found: "half of a character after \(text.count) bytes of UTF-8")
    }
    return text
  }
}
