/// Builds a zip archive in memory, member by member. The 64-bit extension is used where a length or an offset
/// needs it.
package struct ZipWriter {
  private var archive: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0
  /// Numbers from here on go into the 64-bit extension: 2³²−1, lowered by tests.
  private let wide: Int

  package init(wideFrom wide: Int = 0xFFFF_FFFF) { self.wide = wide }

  /// Adds a file. Traps when the name is longer than 65,535 bytes.
  package mutating func add(_ bytes: [UInt8], named name: String, compressed: Bool) {
    precondition(name.utf8.count <= 0xFFFF, "A zip member's name has at most 65535 bytes.")
    let data = compressed ? Deflate.compress(bytes, wrapping: .none) : bytes
    let checksum = bytes.withUnsafeBytes { Deflate.checksum($0) }
    let offset = archive.count
    let sizesAreWide = bytes.count >= wide || data.count >= wide
    let offsetIsWide = offset >= wide
    let common: (inout [UInt8]) -> Void = { record in
      record.append(littleEndian: sizesAreWide || offsetIsWide ? 45 : 20, count: 2)
      record.append(littleEndian: 0x0800, count: 2)  // names are UTF-8
      record.append(littleEndian: compressed ? 8 : 0, count: 2)
      record.append(littleEndian: 0, count: 2)
      record.append(littleEndian: 0x21, count: 2)  // 1 January 1980, the format's first day
      record.append(littleEndian: Int(checksum), count: 4)
      record.append(littleEndian: sizesAreWide ? 0xFFFF_FFFF : data.count, count: 4)
      record.append(littleEndian: sizesAreWide ? 0xFFFF_FFFF : bytes.count, count: 4)
      record.append(littleEndian: name.utf8.count, count: 2)
    }
    let sizes = sizesAreWide ? [bytes.count, data.count] : []
    archive.append(littleEndian: 0x0403_4B50, count: 4)
    common(&archive)
    archive.append(littleEndian: sizes.isEmpty ? 0 : 4 + 8 * sizes.count, count: 2)
    archive.append(contentsOf: name.utf8)
    archive.appendExtra(sizes)
    archive.append(contentsOf: data)

    let numbers = sizes + (offsetIsWide ? [offset] : [])
    directory.append(littleEndian: 0x0201_4B50, count: 4)
    directory.append(littleEndian: 45, count: 2)
    common(&directory)
    directory.append(littleEndian: numbers.isEmpty ? 0 : 4 + 8 * numbers.count, count: 2)
    for _ in 0..<3 { directory.append(littleEndian: 0, count: 2) }
    directory.append(littleEndian: 0, count: 4)
    directory.append(littleEndian: offsetIsWide ? 0xFFFF_FFFF : offset, count: 4)
    directory.append(contentsOf: name.utf8)
    directory.appendExtra(numbers)
    count += 1
  }

  /// The archive with its directory.
  package consuming func finish() -> [UInt8] {
    let start = archive.count
    let length = directory.count
    archive.append(contentsOf: directory)
    let isWide = start >= wide || length >= wide || count >= 0xFFFF
    if isWide {
      let record = archive.count
      archive.append(littleEndian: 0x0606_4B50, count: 4)
      archive.append(littleEndian: 44, count: 8)
      archive.append(littleEndian: 45, count: 2)
      archive.append(littleEndian: 45, count: 2)
      archive.append(littleEndian: 0, count: 8)
      for number in [count, count, length, start] { archive.append(littleEndian: number, count: 8) }
      archive.append(littleEndian: 0x0706_4B50, count: 4)
      archive.append(littleEndian: 0, count: 4)
      archive.append(littleEndian: record, count: 8)
      archive.append(littleEndian: 1, count: 4)
    }
    archive.append(littleEndian: 0x0605_4B50, count: 4)
    archive.append(littleEndian: 0, count: 4)
    for _ in 0..<2 { archive.append(littleEndian: isWide ? 0xFFFF : count, count: 2) }
    archive.append(littleEndian: isWide ? 0xFFFF_FFFF : length, count: 4)
    archive.append(littleEndian: isWide ? 0xFFFF_FFFF : start, count: 4)
    archive.append(littleEndian: 0, count: 2)
    return archive
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian number: Int, count: Int) {
    for i in 0..<count { append(UInt8(truncatingIfNeeded: number >> (8 * i))) }
  }

  /// The extra field of the 64-bit extension.
  fileprivate mutating func appendExtra(_ numbers: [Int]) {
    guard !numbers.isEmpty else { return }
    append(littleEndian: 1, count: 2)
    append(littleEndian: 8 * numbers.count, count: 2)
    for number in numbers { append(littleEndian: number, count: 8) }
  }
}
