import CZlib
import GenModels
import OODDatasets
import Testing

@Suite struct PNGTests {
  @Test(arguments: [1, 3]) func picturesReadBackAsWritten(channels: Int) throws {
    let bitmap = Bitmap(
      width: 37, height: 11, channels: channels,
      pixels: (0..<37 * 11 * channels).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let folder = TemporaryFolder()
    try PNG.write(bitmap, to: folder.file("a.png"))
    #expect(try PNG.read(folder.file("a.png")) == bitmap)
    let noise = Bitmap(
      width: 500, height: 300, channels: 1,
      pixels: {
        var generator = RandomGenerator(seed: 1)
        return (0..<150_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      }())
    #expect(try PNG.read(bytes: PNG.bytes(of: noise)) == noise)
  }

  @Test func tensorsBecomePicturesAndBack() throws {
    let image = Tensor([0, 1, 0.5, -3, 7, .nan], shape: [2, 3])
    let bitmap = Bitmap(image)
    #expect(bitmap.pixels == [0, 255, 128, 0, 255, 0])
    #expect(Bitmap(image, black: 1, white: 0).pixels[...1] == [255, 0])
    #expect(bitmap.tensor.shape == [2, 3, 1])
    #expect(bitmap.tensor[0, 1, 0] == 1)
    #expect(Bitmap(Tensor.zeros([4, 5, 3])).channels == 3)
  }

  /// A PNG file of these chunks, with their checksums.
  static func file(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    [0x89] + Array("PNG\r\n\u{1A}\n".utf8)
      + chunks.flatMap { name, data -> [UInt8] in
        let body = Array(name.utf8) + data
        let sum = UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count)))
        return big(UInt32(data.count)) + body + big(sum)
      }
  }

  static func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }

  static func header(_ width: UInt32, _ height: UInt32, bits: UInt8, colour: UInt8) -> (String, [UInt8]) {
    ("IHDR", big(width) + big(height) + [bits, colour, 0, 0, 0])
  }

  /// Rows with their filter bytes, in a zlib stream of one stored block.
  static func data(_ raw: [UInt8]) -> (String, [UInt8]) {
    let sum = UInt32(truncatingIfNeeded: adler32(1, raw, UInt32(raw.count)))
    let length = UInt16(raw.count)
    return (
      "IDAT",
      [0x78, 1, 1, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)] + raw
        + big(sum)
    )
  }

  @Test func palettesAndFewBitsAreWidenedExactly() throws {
    let grey = PNGTests.file([
      PNGTests.header(4, 1, bits: 2, colour: 0), PNGTests.data([0, 0b0001_1011]), ("IEND", []),
    ])
    #expect(try PNG.read(bytes: grey).pixels == [0, 85, 170, 255])
    let palette = PNGTests.file([
      PNGTests.header(2, 1, bits: 8, colour: 3), ("PLTE", [1, 2, 3, 200, 100, 50]), PNGTests.data([0, 1, 0]),
      ("IEND", []),
    ])
    #expect(try PNG.read(bytes: palette).pixels == [200, 100, 50, 1, 2, 3])
  }

  @Test func picturesOfOtherKindsAreRefused() throws {
    let wide = PNGTests.file([
      PNGTests.header(1, 1, bits: 16, colour: 0), PNGTests.data([0, 1, 2]), ("IEND", []),
    ])
    #expect(try #require(throws: DataError.self) { try PNG.read(bytes: wide) }.reason == .unsupported)
    let transparent = PNGTests.file([
      PNGTests.header(1, 1, bits: 8, colour: 6), PNGTests.data([0, 1, 2, 3, 4]), ("IEND", []),
    ])
    #expect(try #require(throws: DataError.self) { try PNG.read(bytes: transparent) }.reason == .unsupported)
    let huge = PNGTests.file([
      PNGTests.header(900_000, 900_000, bits: 8, colour: 2), PNGTests.data([0]), ("IEND", []),
    ])
    #expect(try #require(throws: DataError.self) { try PNG.read(bytes: huge) }.reason == .tooLarge)
  }

  @Test func damagedPicturesAreRefused() throws {
    let bitmap = Bitmap(width: 9, height: 9, channels: 1, pixels: (0..<81).map { UInt8($0) })
    let bytes = PNG.bytes(of: bitmap)
    for length in 0..<(bytes.count - 12) {
      #expect(throws: DataError.self) { try PNG.read(bytes: Array(bytes[..<length]), name: "cut.png") }
    }
    #expect(throws: DataError.self) { try PNG.read(bytes: Array("GIF89a".utf8)) }
    #expect(throws: DataError.self) { try PNG.read("/nowhere.png") }
  }
}
