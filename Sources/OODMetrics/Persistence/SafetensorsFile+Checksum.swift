import GenModels

extension SafetensorsFile {
  /// A hash of everything in the file but the metadata entry `checksum`: 16 hexadecimal digits. It finds
  /// damage; it does not protect against intent.
  ///
  /// FNV-1a over 64-bit little-endian words (the last one filled with zeros), each followed by a rotation so
  /// that high bits reach low ones, over the metadata by key, then the arrays by name: name, type, shape,
  /// bytes.
  package var checksum: String {
    var hash = WordHash()
    for (key, text) in metadata.sorted(by: { $0.key < $1.key }) where key != "checksum" {
      hash.add(key)
      hash.add(text)
    }
    for name in names {
      let value = self[name]!
      hash.add(name)
      hash.add(value.element.rawValue)
      hash.add("\(value.shape)")
      switch value {
      case .float32(let tensor): tensor.withUnsafeElements { hash.add(UnsafeRawBufferPointer($0)) }
      case .int32(let indexes): indexes.withUnsafeElements { hash.add(UnsafeRawBufferPointer($0)) }
      case .float64(let numbers, _): numbers.withUnsafeBytes { hash.add($0) }
      case .other(_, let bytes, _): bytes.withUnsafeBytes { hash.add($0) }
      }
    }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

private struct WordHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let whole = bytes.count / 8
    for word in 0..<whole { add(bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)) }
    var last: UInt64 = 0
    for (place, byte) in bytes[(8 * whole)...].enumerated() { last |= UInt64(byte) << (8 * place) }
    add(last)
  }

  private mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01b3
    value = value << 29 | value >> 35
  }
}
