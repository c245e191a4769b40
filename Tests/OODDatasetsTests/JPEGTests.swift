import Foundation
import OODDatasets
import Testing

#if JPEG
  @Suite("JPEG pictures")
  struct JPEGTests {
    /// 16 x 8, red on the left and blue on the right; made by Pillow, as the others.
    static let colour =
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAIABADAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAACP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAWAQEBAQAAAAAAAAAAAAAAAAAKCAn/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwAXpTb+CGVQNe//2Q=="
    /// 8 x 8 of level 64, progressive.
    static let grey =
      "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wgALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAB//aAAgBAQAAAAEp/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABBQJ//8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAGPwJ//8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPyF//9oACAEBAAAAEP8A/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxB//9k="
    static let inks =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1hpCeo6utq2eAvMm6pseZqKuk/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAUG/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwCjUB00/9k="

    private func bytes(_ text: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: text))) }

    @Test("Colour and grey, baseline and progressive, within a level or two of what was drawn")
    func pictures() throws {
      let colour = try JPEG.read(bytes: bytes(Self.colour))
      #expect(colour.width == 16 && colour.height == 8 && colour.channels == 3)
      for (pixel, wanted) in [(0, [255, 0, 0]), (15, [0, 0, 255]), (127, [0, 0, 255])] {
        for channel in 0..<3 { #expect(abs(Int(colour.pixels[3 * pixel + channel]) - wanted[channel]) <= 2) }
      }
      let grey = try JPEG.read(bytes: bytes(Self.grey))
      #expect(grey.channels == 1 && grey.pixels == [UInt8](repeating: 64, count: 64))
    }

    @Test("In a folder beside PNG pictures, whatever their names say")
    func folder() throws {
      let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
      for name in ["a", "b"] {
        try FileManager.default.createDirectory(
          atPath: folder + "/" + name, withIntermediateDirectories: true)
      }
      try Data(bytes(Self.grey)).write(to: URL(fileURLWithPath: folder + "/a/x.jpeg"))
      try Data(bytes(Self.grey)).write(to: URL(fileURLWithPath: folder + "/b/misnamed.png"))
      try PNG.write(
        Bitmap(width: 8, height: 8, channels: 1, pixels: .init(repeating: 64, count: 64)),
        to: folder + "/b/y.png")
      let pictures = try Dataset(folder: folder)
      #expect(pictures.count == 3 && Set(pictures.examples.elements) == [Float(64) / 255])
      #expect(
        pictures.ids == ["a/x.jpeg", "b/misnamed.png", "b/y.png"] && pictures.labels?.elements == [0, 1, 1])
    }

    @Test("Damaged pictures, those in inks and those beyond the limit are refused, never half read")
    func refused() throws {
      let whole = try bytes(Self.colour)
      for count in 0..<whole.count - 2 {
        #expect(throws: DataError.self) { try JPEG.read(bytes: Array(whole[..<count])) }
      }
      #expect(
        try #require(throws: DataError.self) { try JPEG.read(bytes: bytes(Self.inks)) }.reason == .unsupported
      )
      let limit = InflationLimit(byteCount: 383)
      #expect(
        try #require(throws: DataError.self) { try JPEG.read(bytes: whole, limit: limit) }.reason == .tooLarge
      )
    }
  }
#endif
