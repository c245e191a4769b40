#if JPEG
  import CTurboJPEG
#endif

/// JPEG files of grey and of coloured pictures, baseline and progressive, through libjpeg-turbo: in builds with the package's trait `JPEG`.
///
/// ```swift
/// let picture = try JPEG.read("photo.jpg")        // a Bitmap
/// ```
public enum JPEG {
  /// Whether bytes start as a JPEG file does.
  static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Reads a picture. It is not turned by what the file says of the camera's position.
  ///
  /// - Throws: `DataError` for pictures in inks (CMYK), damaged files, those with more bytes of pixels than `limit`, and in builds
  ///   without the trait `JPEG`.
  public static func read(_ path: String, limit: InflationLimit = PNG.standardLimit) throws -> Bitmap {
    try read(bytes: readFile(path, mostBytes: limit.byteCount), name: path, limit: limit)
  }

  /// Reads a picture that is in memory. `name` stands in error messages.
  public static func read(
    bytes: [UInt8], name: String = "JPEG data", limit: InflationLimit = PNG.standardLimit
  ) throws -> Bitmap {
    #if JPEG
      guard let decoder = tjInitDecompress() else {
        preconditionFailure("There is no memory for a JPEG decoder.")
      }
      defer { tjDestroy(decoder) }
      func fault(_ reason: DataError.Reason, _ expected: String, _ found: String) -> DataError {
        DataError(reason, in: name, expected: expected, found: found)
      }
      var message: String { String(cString: tjGetErrorStr2(decoder)) }
      var (width, height, sampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
      guard
        tjDecompressHeader3(decoder, bytes, UInt(bytes.count), &width, &height, &sampling, &colours) == 0
      else { throw fault(.malformed, "a JPEG picture", message) }
      guard colours != TJCS_CMYK.rawValue, colours != TJCS_YCCK.rawValue else {
        throw fault(.unsupported, "a grey or a red-green-blue picture", "one in inks (CMYK)")
      }
      let channels = colours == TJCS_GRAY.rawValue ? 1 : 3
      let count = Int(width) * Int(height) * channels
      guard count <= limit.byteCount else {
        throw fault(
          .tooLarge, "at most \(limit.byteCount) bytes of pixels",
          "a picture of \(width) x \(height) x \(channels)")
      }
      var pixels = [UInt8](repeating: 0, count: count)
      // A file that ends too early would otherwise be a picture with a grey lower half, and one of endless scans would take hours.
      let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
      let format = channels == 1 ? TJPF_GRAY : TJPF_RGB
      guard
        tjDecompress2(
          decoder, bytes, UInt(bytes.count), &pixels, width, 0, height, Int32(format.rawValue), flags) == 0
      else { throw fault(.malformed, "a whole JPEG picture", message) }
      return Bitmap(width: Int(width), height: Int(height), channels: channels, pixels: pixels)
    #else
      throw DataError(
        .unsupported, in: name,
        expected:
          "a PNG picture, as this build reads no others (build with --traits JPEG, or in a manifest with traits: [\"JPEG\"])",
        found: "a JPEG picture")
    #endif
  }
}
