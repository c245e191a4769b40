/// A zip archive open for reading: stored and deflated members, with or without the 64-bit extensions
/// (APPNOTE.TXT 6.3).
final class ZipArchive {
  /// A file in the archive, as its directory describes it.
  struct Member: Equatable {
    let name: String
    let method: Int
    let checksum: UInt32
    let compressedByteCount: Int
    let byteCount: Int
    let headerOffset: Int
  }

  let source: any ByteSource
  let members: [Member]
  /// Where the directory starts: no member's data reach beyond it.
  private let directoryOffset: Int
  private let limit: InflationLimit

  init(_ source: any ByteSource, limit: InflationLimit) throws {
    self.source = source
    self.limit = limit
    let directory = try ZipDirectory(source)
    members = directory.members
    directoryOffset = directory.offset
  }

  /// The whole of one member, inflated, its length and checksum compared with the directory's.
  func read(_ member: Member) throws -> [UInt8] {
    func fault(_ reason: DataError.Reason, expected: String, found: String) -> DataError {
      DataError(reason, in: source.name, at: .member(member.name), expected: expected, found: found)
    }
    let header = try source.bytes(
      in: member.headerOffset..<member.headerOffset + 30, of: "a zip member's header")
    guard header.littleEndian(at: 0, count: 4) == 0x0403_4B50 else {
      throw fault(
        .malformed, expected: "a member header at byte \(member.headerOffset)", found: "something else")
    }
    guard header.littleEndian(at: 6, count: 2) & 1 == 0 else {
      throw fault(.unsupported, expected: "data that are not encrypted", found: "an encrypted member")
    }
    let start =
      member.headerOffset + 30 + header.littleEndian(at: 26, count: 2) + header.littleEndian(at: 28, count: 2)
    guard start <= directoryOffset, member.compressedByteCount <= directoryOffset - start else {
      throw fault(
        .inconsistent, expected: "data that end before the directory at byte \(directoryOffset)",
        found: "\(member.compressedByteCount) bytes from byte \(start) on")
    }
    let bytes: [UInt8]
    switch member.method {
    case 0:
      guard member.byteCount == member.compressedByteCount else {
        throw fault(
          .inconsistent, expected: "the same length stored and read",
          found: "\(member.compressedByteCount) and \(member.byteCount)")
      }
      bytes = try source.bytes(in: start..<start + member.byteCount, of: "a stored member")
    case 8:
      let most = limit.mostBytes(inflatedFrom: member.compressedByteCount)
      guard member.byteCount <= most else {
        throw fault(
          .tooLarge,
          expected:
            "at most \(most) bytes (the limit is \(limit.byteCount), and deflate shrinks no more than 1032 times)",
          found: "\(member.compressedByteCount) compressed bytes that claim to be \(member.byteCount)")
      }
      let inflater = try Inflater(
        source, range: start..<start + member.compressedByteCount, wrapping: .none,
        limit: InflationLimit(byteCount: member.byteCount))
      do {
        bytes = try [UInt8](unsafeUninitializedCapacity: member.byteCount + 1) { buffer, initialized in
          initialized = try inflater.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
      } catch let error as DataError {
        throw fault(error.reason, expected: error.expected, found: error.found)
      }
    default:
      throw fault(
        .unsupported, expected: "a stored or deflated member (method 0 or 8)",
        found: "method \(member.method)")
    }
    guard bytes.count == member.byteCount else {
      throw fault(.truncated, expected: "\(member.byteCount) bytes", found: "\(bytes.count)")
    }
    let checksum = bytes.withUnsafeBytes { Deflate.checksum($0) }
    guard checksum == member.checksum else {
      throw fault(
        .inconsistent, expected: "data with the checksum \(String(member.checksum, radix: 16))",
        found: String(checksum, radix: 16))
    }
    return bytes
  }
}

extension [UInt8] {
  /// The little-endian number of `count` bytes (at most 8) at an offset, which must lie inside. Numbers
  /// beyond 2⁶³ come out as `Int.max`.
  func littleEndian(at offset: Int, count: Int) -> Int {
    var value: UInt64 = 0
    for i in (0..<count).reversed() { value = value << 8 | UInt64(self[offset + i]) }
    return Int(exactly: value) ?? Int.max
  }
}
