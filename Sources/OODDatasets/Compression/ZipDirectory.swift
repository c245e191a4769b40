/// The directory at the end of a zip archive.
struct ZipDirectory {
  let members: [ZipArchive.Member]
  /// Where the directory starts.
  let offset: Int

  private static let endRecordLength = 22
  private static let longestComment = 0xFFFF

  init(_ source: any ByteSource) throws {
    func fault(_ reason: DataError.Reason, at offset: Int, expected: String, found: String) -> DataError {
      DataError(reason, in: source.name, at: .byte(offset), expected: expected, found: found)
    }
    // The end record is the last thing in the file but for a comment whose length it states.
    let tailStart = max(0, source.byteCount - ZipDirectory.endRecordLength - ZipDirectory.longestComment)
    let tail = try source.bytes(in: tailStart..<source.byteCount, of: "a zip archive")
    let last = tail.count - ZipDirectory.endRecordLength
    let found =
      last < 0
      ? nil
      : (0...last).reversed().first {
        tail[$0] == 0x50 && tail.littleEndian(at: $0, count: 4) == 0x0605_4B50
          && $0 + ZipDirectory.endRecordLength + tail.littleEndian(at: $0 + 20, count: 2) == tail.count
      }
    guard let found else {
      throw fault(
        .malformed, at: source.byteCount,
        expected: "the end record of a zip archive (a cut download lacks it)",
        found: "none")
    }
    var end = tailStart + found
    guard
      tail.littleEndian(at: found + 4, count: 2) == 0 || tail.littleEndian(at: found + 4, count: 2) == 0xFFFF
    else {
      throw fault(.unsupported, at: end, expected: "an archive in one file", found: "one of several parts")
    }
    var count = tail.littleEndian(at: found + 10, count: 2)
    var length = tail.littleEndian(at: found + 12, count: 4)
    var start = tail.littleEndian(at: found + 16, count: 4)

    // With the 64-bit extension a locator stands just before, and points to a wider end record.
    if end >= 20 {
      let locator = try source.bytes(in: end - 20..<end, of: "a zip64 locator")
      if locator.littleEndian(at: 0, count: 4) == 0x0706_4B50 {
        let position = locator.littleEndian(at: 8, count: 8)
        guard position <= end - 20 - 56 else {
          throw fault(
            .malformed, at: end - 20, expected: "a zip64 record before its locator", found: "byte \(position)"
          )
        }
        let record = try source.bytes(in: position..<position + 56, of: "a zip64 record")
        guard record.littleEndian(at: 0, count: 4) == 0x0606_4B50 else {
          throw fault(.malformed, at: position, expected: "a zip64 record", found: "something else")
        }
        count = record.littleEndian(at: 32, count: 8)
        length = record.littleEndian(at: 40, count: 8)
        start = record.littleEndian(at: 48, count: 8)
        end = position
      }
    }
    guard start <= end, length <= end - start, count <= length / 46 else {
      throw fault(
        .inconsistent, at: end,
        expected: "a directory of 46 bytes or more a member that ends before byte \(end)",
        found: "\(count) members in \(length) bytes from byte \(start) on")
    }
    let directory = try source.bytes(in: start..<start + length, of: "the zip directory")
    var members: [ZipArchive.Member] = []
    members.reserveCapacity(count)
    var position = 0
    for _ in 0..<count {
      guard directory.count - position >= 46, directory.littleEndian(at: position, count: 4) == 0x0201_4B50
      else {
        throw fault(.malformed, at: start + position, expected: "a directory entry", found: "something else")
      }
      let nameLength = directory.littleEndian(at: position + 28, count: 2)
      let extraLength = directory.littleEndian(at: position + 30, count: 2)
      let commentLength = directory.littleEndian(at: position + 32, count: 2)
      let nameStart = position + 46
      guard directory.count - nameStart >= nameLength + extraLength + commentLength else {
        throw fault(
          .truncated, at: start + position, expected: "a whole directory entry", found: "its start only")
      }
      var wide = ZipDirectory.Extra(
        directory, range: nameStart + nameLength..<nameStart + nameLength + extraLength)
      let byteCount = wide.value(directory.littleEndian(at: position + 24, count: 4))
      let compressed = wide.value(directory.littleEndian(at: position + 20, count: 4))
      let header = wide.value(directory.littleEndian(at: position + 42, count: 4))
      guard let byteCount, let compressed, let header, header <= start, compressed <= start - header else {
        throw fault(
          .inconsistent, at: start + position, expected: "lengths and an offset inside the archive",
          found:
            "a header at \(header.map(String.init) ?? "?") with \(compressed.map(String.init) ?? "?") bytes")
      }
      members.append(
        ZipArchive.Member(
          name: String(decoding: directory[nameStart..<nameStart + nameLength], as: UTF8.self),
          method: directory.littleEndian(at: position + 10, count: 2),
          checksum: UInt32(directory.littleEndian(at: position + 16, count: 4)),
          compressedByteCount: compressed, byteCount: byteCount, headerOffset: header))
      position = nameStart + nameLength + extraLength + commentLength
    }
    self.members = members
    offset = start
  }

  /// The 64-bit numbers of an entry's extra field 1, which replace those that are all ones, in their order.
  private struct Extra {
    private var numbers: [Int] = []

    init(_ bytes: [UInt8], range: Range<Int>) {
      var position = range.lowerBound
      while range.upperBound - position >= 4 {
        let identifier = bytes.littleEndian(at: position, count: 2)
        let length = bytes.littleEndian(at: position + 2, count: 2)
        position += 4
        guard length <= range.upperBound - position else { return }
        if identifier == 1 {
          numbers = (0..<length / 8).map { bytes.littleEndian(at: position + 8 * $0, count: 8) }
          return
        }
        position += length
      }
    }

    mutating func value(_ narrow: Int) -> Int? {
      guard narrow == 0xFFFF_FFFF else { return narrow }
      return numbers.isEmpty ? nil : numbers.removeFirst()
    }
  }
}
