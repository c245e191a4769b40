/// A fixed-width font of 5 x 7 dots for the labels of contact sheets: the printable ASCII characters. Others
/// are drawn as a box.
enum PixelFont {
  static let width = 5
  static let height = 7
  /// From one character to the next, in dots.
  static let advance = 6

  /// The characters of a text that fit into a number of dots.
  static func text(_ text: String, fitting width: Int) -> Substring {
    text.prefix(max(0, (width + 1) / advance))
  }

  /// Calls `body` with the position of each dot of a text, from its upper left corner.
  static func forEachDot(of text: Substring, _ body: (_ x: Int, _ y: Int) -> Void) {
    for (position, character) in text.enumerated() {
      let bits = character.asciiValue.flatMap { $0 >= 32 && $0 < 127 ? glyphs[Int($0) - 32] : nil } ?? box
      for y in 0..<height {
        for x in 0..<width where bits >> UInt64((height - 1 - y) * width + width - 1 - x) & 1 == 1 {
          body(position * advance + x, y)
        }
      }
    }
  }

  private static let box: UInt64 = 0b11111_10001_10001_10001_10001_10001_11111

  /// From the space to the tilde: seven rows of five dots, the upper left one in the highest of 35 bits.
  private static let glyphs: [UInt64] = [
    0x000000000, 0x108421004, 0x294000000, 0x295f57d4a, 0x11f4717c4, 0x674222173, 0x32544564d, 0x108000000,
    0x088842082, 0x208210888, 0x009575480, 0x0084f9080, 0x000001888, 0x0000f8000, 0x00000018c, 0x042222210,
    0x3a33ae62e, 0x11842108e, 0x3a211111f, 0x3a213062e, 0x08ca97c42, 0x7e1e0862e, 0x1910f462e, 0x7c2211084,
    0x3a317462e, 0x3a317844c, 0x018c03180, 0x018c03088, 0x088882082, 0x001f07c00, 0x208208888, 0x3a2111004,
    0x3a37ade0e, 0x11518fe31, 0x7a31f463e, 0x3a308422e, 0x72518c65c, 0x7e10f421f, 0x7e10f4210, 0x3a30bc62f,
    0x4631fc631, 0x38842108e, 0x1c4210a4c, 0x4654c5251, 0x42108421f, 0x4775ac631, 0x47359c631, 0x3a318c62e,
    0x7a31f4210, 0x3a318d64d, 0x7a31f5251, 0x3e107043e, 0x7c8421084, 0x46318c62e, 0x46318a944, 0x4631ad771,
    0x462a22a31, 0x462a21084, 0x7c222221f, 0x39084210e, 0x420820821, 0x38421084e, 0x115100000, 0x00000001f,
    0x208000000, 0x000e0be2f, 0x421e8c63e, 0x000e8422e, 0x042f8c62f, 0x000e8fe0e, 0x1908e2108, 0x000f8bc2e,
    0x421e8c631, 0x100c2108e, 0x080610a4c, 0x4212a6292, 0x30842108e, 0x001aad6b5, 0x001e8c631, 0x000e8c62e,
    0x001e8fa10, 0x000f8bc21, 0x0016c4210, 0x000f8383e, 0x211c42126, 0x00118c62f, 0x00118c544, 0x0011ad6aa,
    0x001151151, 0x00118bc2e, 0x001f1111f, 0x0c8441083, 0x108421084, 0x608411098, 0x0008a8800,
  ]
}
