extension PNG {
  /// The number of bytes of image data in a picture's PNG file: the contents of its IDAT chunks.
  static func dataByteCount(of bitmap: Bitmap) -> Int {
    let file = bytes(of: bitmap)
    // The signature; then chunks: length, type, contents, checksum.
    var (offset, total) = (8, 0)
    while offset + 12 <= file.count {
      let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      if file[offset + 4..<offset + 8].elementsEqual("IDAT".utf8) { total += length }
      offset += 12 + length
    }
    return total
  }
}
