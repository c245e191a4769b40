import CPNG

/// PNG files of 8-bit grey or red-green-blue pictures, through libpng.
///
/// ```swift
/// let picture = try PNG.read("digit.png")
/// try PNG.write(Bitmap(tensor), to: "copy.png")
/// ```
public enum PNG {
  /// Most bytes of pixels that a picture may have unless another limit is given: 1 GiB.
  public static let standardLimit = InflationLimit(byteCount: 1 << 30)

  /// Reads a picture. Grey of 1, 2 and 4 bits is widened to 8, and palettes become red-green-blue; both are
  /// exact. What the file says of gamma, white and colour profiles is left aside: a sample of 64 reads 64.
  ///
  /// - Throws: `DataError` for pictures of 16 bits, those that are not opaque all over, damaged files, and those with more bytes of pixels than `limit`.
  public static func read(_ path: String, limit: InflationLimit = standardLimit) throws -> Bitmap {
    try read(bytes: readFile(path, mostBytes: limit.byteCount), name: path, limit: limit)
  }

  /// Reads a picture that is in memory. `name` stands in error messages.
  public static func read(
    bytes: [UInt8], name: String = "PNG data", limit: InflationLimit = standardLimit
  ) throws -> Bitmap {
    // libpng's simple interface converts samples to sRGB by what these chunks say.
    let bytes = PNGChunks.removingColour(bytes)
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // The image keeps a pointer to the bytes between the two calls.
    return try bytes.withUnsafeBytes { file in
      guard file.count > 0, png_image_begin_read_from_memory(&image, file.baseAddress!, file.count) != 0
      else {
        throw DataError(
          .malformed, in: name, expected: "a PNG picture",
          found: file.count == 0 ? "an empty file" : PNG.message(of: image))
      }
      let format = image.format
      func refuse(_ found: String) -> DataError {
        DataError(.unsupported, in: name, expected: "an opaque picture of 8 bits a channel", found: found)
      }
      guard format & PNG_FORMAT_FLAG_LINEAR == 0 else { throw refuse("one of 16 bits") }
      let isColour = format & PNG_FORMAT_FLAG_COLOR != 0
      // A channel for transparency is common in pictures that are opaque all over.
      let hasAlpha = format & PNG_FORMAT_FLAG_ALPHA != 0
      let colours = isColour ? 3 : 1
      let channels = colours + (hasAlpha ? 1 : 0)
      let width = Int(image.width)
      let height = Int(image.height)
      // Deflate shrinks no more than 1032 times, and the smallest pixel takes a bit.
      let most = min(limit.byteCount, InflationLimit.largestRatio * 8 * 4 * file.count)
      guard width * height <= most / channels else {
        throw DataError(
          .tooLarge, in: name, expected: "at most \(most) bytes of pixels, for a file of \(file.count) bytes",
          found: "a picture of \(width) x \(height) x \(channels)")
      }
      image.format = (isColour ? PNG_FORMAT_FLAG_COLOR : 0) | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0)
      // Not unset memory: libpng may stop half-way and say so only after the fact.
      var pixels = [UInt8](repeating: 0, count: width * height * channels)
      guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else {
        throw DataError(.malformed, in: name, expected: "a whole PNG picture", found: PNG.message(of: image))
      }
      if hasAlpha {
        guard stride(from: colours, to: pixels.count, by: channels).allSatisfy({ pixels[$0] == 255 }) else {
          throw refuse("one with transparency")
        }
        pixels = pixels.indices.lazy.filter { $0 % channels < colours }.map { pixels[$0] }
      }
      return Bitmap(width: width, height: height, channels: colours, pixels: pixels)
    }
  }

  /// The bytes of a PNG file.
  public static func bytes(of bitmap: Bitmap) -> [UInt8] {
    func image() -> png_image {
      var image = png_image()
      image.version = png_uint_32(PNG_IMAGE_VERSION)
      image.width = png_uint_32(bitmap.width)
      image.height = png_uint_32(bitmap.height)
      image.format = bitmap.channels == 3 ? PNG_FORMAT_FLAG_COLOR : 0
      return image
    }
    // Deflate adds at most a few bytes a block to what it can't shrink, and each row has one byte for its
    // filter.
    let raw = bitmap.pixels.count + bitmap.height
    let room = raw + raw / 500 + 4096
    return [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      var image = image()
      var size = png_alloc_size_t(room)
      let written = png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, bitmap.pixels, 0, nil)
      precondition(written != 0, "libpng could not write the picture: \(PNG.message(of: image)).")
      count = Int(size)
    }
  }

  /// Writes a file. It appears whole or not at all. Throws `DataError` when it can't be written.
  public static func write(_ bitmap: Bitmap, to path: String) throws {
    try OutputPlace.write(bytes(of: bitmap), to: path)
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
