/// Bytes of known number that can be read from any offset: a file or a block of memory.
protocol ByteSource: AnyObject {
  /// The file's path, or what the caller named the data; for error messages.
  var name: String { get }
  var byteCount: Int { get }
  /// Fills `buffer` from `offset` on. The range must lie within `byteCount`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension ByteSource {
  /// The bytes of a range, after a check that the source holds it.
  func bytes(in range: Range<Int>, of what: String) throws -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      throw DataError(
        .truncated, in: name, at: .byte(range.lowerBound), expected: "\(range.count) bytes of \(what)",
        found: "\(max(0, byteCount - range.lowerBound)) bytes to the end")
    }
    return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
      count = range.count
    }
  }
}

/// A block of memory as a source.
final class MemorySource: ByteSource {
  let name: String
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  var byteCount: Int { bytes.count }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }
}
