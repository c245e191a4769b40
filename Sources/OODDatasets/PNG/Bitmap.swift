import GenModels

/// A picture of 8-bit grey or red-green-blue pixels, row 0 at the top: what PNG files hold here.
public struct Bitmap: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// 1 for grey, 3 for red, green, blue.
  public let channels: Int
  /// `[height, width, channels]`, row-major.
  public var pixels: [UInt8]

  /// A picture of these pixels. Traps when their number is not width·height·channels, or there are neither 1
  /// nor 3 channels.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      channels == 1 || channels == 3, "A bitmap has 1 or 3 channels, and \(channels) were asked for.")
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * channels,
      "A bitmap of \(width) x \(height) x \(channels) has as many bytes, and \(pixels.count) were given.")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// A picture of a tensor [height, width] or [height, width, 1 or 3], whose values are mapped linearly so
  /// that `black` becomes 0 and `white` 255, rounded to nearest. Values beyond the two are drawn as black and
  /// as white.
  public init(_ image: Tensor, black: Float = 0, white: Float = 1) {
    let channels = image.rank == 3 ? image.shape[2] : 1
    precondition(
      image.rank == 2 || image.rank == 3 && (channels == 1 || channels == 3),
      "A picture has the shape [height, width] or [height, width, 1 or 3], and this tensor has \(image.shape)."
    )
    precondition(black != white, "Black and white need different values, and both are \(black).")
    let scale = 255 / (white - black)
    self.init(
      width: image.shape[1], height: image.shape[0], channels: channels,
      pixels: image.withUnsafeElements { $0.map { Bitmap.level(($0 - black) * scale) } })
  }

  /// The nearest of the 256 levels; NaN is black.
  static func level(_ value: Float) -> UInt8 {
    value >= 255 ? 255 : value > 0 ? UInt8(value.rounded()) : 0
  }

  /// The pixels as floats, 0 to 1: [height, width, channels].
  public var tensor: Tensor {
    Tensor(shape: [height, width, channels]) { destination in
      for (i, pixel) in pixels.enumerated() { destination[i] = Float(pixel) / 255 }
    }
  }
}
