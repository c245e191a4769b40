/// The bytes of a source from first to last, inflated on the way where the source is gzip.
final class ByteStream {
  let source: any ByteSource
  private let inflater: Inflater?
  /// Offset of the next byte, in the inflated data.
  private(set) var position = 0

  /// A stream over the whole of `source`. It counts as gzip when it starts with gzip's two magic bytes.
  init(_ source: any ByteSource, limit: InflationLimit) throws {
    self.source = source
    let isGzip =
      source.byteCount >= 2 ? try source.bytes(in: 0..<2, of: "magic number") == [0x1F, 0x8B] : false
    inflater =
      isGzip ? try Inflater(source, range: 0..<source.byteCount, wrapping: .gzip, limit: limit) : nil
    mostBytes = isGzip ? limit.mostBytes(inflatedFrom: source.byteCount) : source.byteCount
  }

  var name: String { source.name }
  var isCompressed: Bool { inflater != nil }
  /// Where a byte of the data is: in the file, or where that is compressed, in what it inflates to.
  func place(of position: Int) -> DataError.Place {
    isCompressed ? .inflatedByte(position) : .byte(position)
  }
  /// No more bytes than this can come; the exact number when the source is not compressed.
  let mostBytes: Int

  /// Writes up to `buffer.count` bytes and returns their number, less than asked for only at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count: Int
    if let inflater {
      count = try inflater.read(into: buffer)
    } else {
      count = min(buffer.count, source.byteCount - position)
      if count > 0 {
        try source.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
    position += count
    return count
  }

  /// Fills `buffer`, or throws when the data end before. `what` names them in the error.
  func readExactly(into buffer: UnsafeMutableRawBufferPointer, of what: String) throws {
    let start = position
    let count = try read(into: buffer)
    guard count == buffer.count else {
      throw DataError(
        .truncated, in: name, at: place(of: start), expected: "\(buffer.count) bytes of \(what)",
        found: "\(count) and then the end")
    }
  }

  /// The next `count` bytes.
  func bytes(_ count: Int, of what: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try readExactly(into: UnsafeMutableRawBufferPointer(buffer), of: what)
      initialized = count
    }
  }

  /// Throws unless all bytes have been read (and, for gzip, the checksum is right).
  func expectEnd(after what: String) throws {
    var byte: UInt8 = 0
    let start = position
    let extra = try withUnsafeMutableBytes(of: &byte) { try read(into: $0) }
    guard extra == 0 else {
      throw DataError(
        .inconsistent, in: name, at: place(of: start), expected: "the end of the data after \(what)",
        found: "more bytes")
    }
  }
}
