import GenModels

extension IDX {
  /// The bytes of an IDX file that holds `array`. Traps when the array doesn't have 1 to 4 axes, or has a
  /// type that IDX doesn't know (it knows uint8, int8, int16, int32, float32 and float64).
  public static func bytes(of array: NumericArray) -> [UInt8] {
    guard let code = IDXHeader.codes.first(where: { $0.type == array.elementType })?.code else {
      preconditionFailure(
        "IDX files hold uint8, int8, int16, int32, float32 and float64, not \(array.elementType).")
    }
    precondition(
      (1...4).contains(array.shape.count),
      "IDX files have 1 to 4 axes, and \(array.shape) has \(array.shape.count).")
    precondition(
      array.shape.allSatisfy { $0 <= Int(UInt32.max) },
      "An IDX extent fits in 32 bits, and one of \(array.shape) doesn't.")
    var bytes: [UInt8] = [0, 0, code, UInt8(array.shape.count)]
    for extent in array.shape {
      withUnsafeBytes(of: UInt32(extent).bigEndian) { bytes.append(contentsOf: $0) }
    }
    var elements = array.bytes
    elements.reverseByteOrder(ofEach: array.elementType.byteCount)
    bytes.append(contentsOf: elements)
    return bytes
  }

  /// Writes `array` to a file, compressed when the path ends in `.gz`. The file appears whole or not at all.
  /// Throws `DataError` when it can't be written.
  public static func write(_ array: NumericArray, to path: String) throws {
    let plain = bytes(of: array)
    try OutputPlace.write(path.hasSuffix(".gz") ? Gzip.compress(plain) : plain, to: path)
  }
}
