/// A checksum that works on blocks of 64 bytes, ends with a one bit, zeros and the length, and is written as
/// hexadecimal digits: the frame of SHA-256 and MD5.
package protocol BlockHash {
  /// Bytes that don't fill a block yet.
  var pending: [UInt8] { get set }
  var byteCount: UInt64 { get set }
  /// Whether lengths and results have their most significant byte first.
  static var isBigEndian: Bool { get }
  mutating func compress(_ block: UnsafeRawPointer)
  var words: [UInt32] { get }
}

extension BlockHash {
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var offset = 0
    if !pending.isEmpty {
      offset = min(64 - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<offset])
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { compress($0.baseAddress!) }
      pending.removeAll(keepingCapacity: true)
    }
    while bytes.count - offset >= 64 {
      compress(bytes.baseAddress! + offset)
      offset += 64
    }
    pending.append(contentsOf: bytes[offset...])
  }

  /// The checksum in lower-case hexadecimal digits. Nothing can be added afterwards.
  package mutating func finish() -> String {
    let bitCount = byteCount * 8
    let zeros = (119 - pending.count) % 64
    var end: [UInt8] = [0x80] + Array(repeating: 0, count: zeros)
    withUnsafeBytes(of: Self.isBigEndian ? bitCount.bigEndian : bitCount.littleEndian) {
      end.append(contentsOf: $0)
    }
    end.withUnsafeBytes { update($0) }
    return words.map { word in
      let digits = String(Self.isBigEndian ? word : word.byteSwapped, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
