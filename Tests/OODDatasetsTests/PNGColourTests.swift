import CZlib
import OODDatasets
import Testing

/// Samples are read as they are, whatever chunks say of gamma, white and profiles.
@Suite struct PNGColourTests {
  private func chunk(_ type: String, _ contents: [UInt8]) -> [UInt8] {
    func bigEndian(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
    let body = Array(type.utf8) + contents
    let sum = body.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    return bigEndian(UInt32(contents.count)) + body + bigEndian(UInt32(truncatingIfNeeded: sum))
  }

  @Test(
    arguments: [
      ("gAMA", [0, 1, 0x86, 0xA0]), ("gAMA", [0, 0, 0xB1, 0x8F]), ("sRGB", [0]),
      (
        "cHRM",
        [
          0, 0, 0x7A, 0x25, 0, 0, 0x80, 0x83, 0, 0, 0xFA, 0, 0, 0, 0x75, 0x30, 0, 0, 0xEA, 0x60, 0, 0, 0x3A,
          0x98, 0,
          0, 0x17, 0x70, 0, 0, 0x17, 0x70,
        ]
      ),
    ] as [(String, [UInt8])])
  func samplesStay(type: String, contents: [UInt8]) throws {
    for channels in [1, 3] {
      let picture = Bitmap(
        width: 8, height: 2, channels: channels, pixels: (0..<16 * channels).map { UInt8($0 * 5 + 11) })
      let file = PNG.bytes(of: picture)
      // After the signature and the header, which come first: 8 bytes and 25.
      let coloured = Array(file[..<33]) + chunk(type, contents) + Array(file[33...])
      #expect(try PNG.read(bytes: coloured) == picture, "\(type), \(channels) channels")
      let both =
        Array(file[..<33]) + chunk("gAMA", [0, 1, 0x86, 0xA0]) + chunk("sRGB", [1]) + Array(file[33...])
      #expect(try PNG.read(bytes: both) == picture)
    }
  }

  @Test("A chunk that claims to be longer than the file is refused, not followed")
  func damaged() {
    let file = PNG.bytes(of: Bitmap(width: 2, height: 2, channels: 1, pixels: [1, 2, 3, 4]))
    #expect(throws: DataError.self) {
      try PNG.read(bytes: Array(file[..<33]) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("gAMA".utf8) + [1, 2, 3, 4])
    }
  }
}
