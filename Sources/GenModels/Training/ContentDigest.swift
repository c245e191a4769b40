/// A hash of numbers, by which other data than before are noticed: 64 bits, the same on every machine. It finds mistakes; it does
/// not protect against intent.
///
/// Each 64-bit little-endian word is added to the state, which is then mixed by a bijection (the finalizer of SplitMix64,
/// G. Steele, D. Lea and C. Flood, 2014), so that order and every bit count. Some 8 bytes a nanosecond.
package struct ContentDigest {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  package init() {}

  package mutating func add(_ word: UInt64) {
    var x = (state ^ word) &+ 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    state = x ^ (x >> 31)
  }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let whole = bytes.count / 8
    for word in 0..<whole {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)))
    }
    var last: UInt64 = 0
    for (place, byte) in bytes[(8 * whole)...].enumerated() { last |= UInt64(byte) << (8 * place) }
    if bytes.count % 8 != 0 { add(last) }
  }

  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  package mutating func add(_ shape: Shape) {
    add(UInt64(shape.rank))
    for extent in shape { add(UInt64(extent)) }
  }

  package mutating func add(_ tensor: Tensor) {
    add(tensor.shape)
    tensor.withUnsafeElements { add(UnsafeRawBufferPointer($0)) }
  }

  package mutating func add(_ indexes: Indexes) {
    add(indexes.shape)
    indexes.withUnsafeElements { add(UnsafeRawBufferPointer($0)) }
  }

  /// 16 hexadecimal digits.
  package var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension TrainingSet {
  /// The digest of all examples with their targets and labels.
  var digest: String {
    var digest = ContentDigest()
    digest.add(inputs)
    for tensor in [targets].compactMap({ $0 }) {
      digest.add("targets")
      digest.add(tensor)
    }
    for indexes in [labels].compactMap({ $0 }) {
      digest.add("labels")
      digest.add(indexes)
    }
    return digest.text
  }
}
