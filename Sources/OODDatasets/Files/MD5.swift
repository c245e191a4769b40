#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// MD5 (RFC 1321), for the one data set whose publisher states no other checksum. It finds damage, not
/// malice.
package struct MD5: BlockHash {
  package init() {}

  package var pending: [UInt8] = []
  package var byteCount: UInt64 = 0
  package static var isBigEndian: Bool { false }
  private var state: SIMD4<UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]

  package var words: [UInt32] { (0..<4).map { state[$0] } }

  /// ⌊2³² |sin i|⌋ for i = 1…64.
  private static let constants: [UInt32] = (1...64).map { UInt32(0x1p32 * abs(sin(Double($0)))) }
  private static let rotations: [[UInt32]] = [
    [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
  ]

  package mutating func compress(_ block: UnsafeRawPointer) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for i in 0..<64 {
      let mixed: UInt32
      let word: Int
      switch i / 16 {
      case 0: (mixed, word) = ((b & c) | (~b & d), i)
      case 1: (mixed, word) = ((d & b) | (~d & c), (5 * i + 1) % 16)
      case 2: (mixed, word) = (b ^ c ^ d, (3 * i + 5) % 16)
      default: (mixed, word) = (c ^ (b | ~d), (7 * i) % 16)
      }
      let loaded = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self))
      let sum = a &+ mixed &+ MD5.constants[i] &+ loaded
      let rotation = MD5.rotations[i / 16][i % 4]
      (a, d, c, b) = (d, c, b, b &+ (sum << rotation | sum >> (32 - rotation)))
    }
    state = state &+ SIMD4(a, b, c, d)
  }
}
