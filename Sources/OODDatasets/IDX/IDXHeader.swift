/// The header of an IDX file, read from the start of a stream and checked against what the file can hold.
struct IDXHeader {
  let elementType: NumericArray.ElementType
  let shape: [Int]
  /// Bytes of all elements.
  let byteCount: Int

  /// The codes of the format for the element types.
  static let codes: [(code: UInt8, type: NumericArray.ElementType)] = [
    (0x08, .uint8), (0x09, .int8), (0x0B, .int16), (0x0C, .int32), (0x0D, .float32), (0x0E, .float64),
  ]

  init(_ stream: ByteStream) throws {
    let magic = try stream.bytes(4, of: "an IDX header")
    guard magic[0] == 0, magic[1] == 0 else {
      throw DataError(
        .malformed, in: stream.name, at: stream.place(of: 0),
        expected: "the two zero bytes that start an IDX file",
        found: "\(magic[0]) and \(magic[1])")
    }
    guard let type = IDXHeader.codes.first(where: { $0.code == magic[2] })?.type else {
      throw DataError(
        .malformed, in: stream.name, at: stream.place(of: 2),
        expected: "an IDX element type (8, 9, 11, 12, 13 or 14)",
        found: "\(magic[2])")
    }
    guard (1...4).contains(magic[3]) else {
      throw DataError(
        .unsupported, in: stream.name, at: stream.place(of: 3), expected: "1 to 4 axes", found: "\(magic[3])")
    }
    let extents = try stream.bytes(4 * Int(magic[3]), of: "the IDX header's extents")
    let shape = (0..<Int(magic[3])).map { axis in
      extents[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let product = NumericArray.byteCount(shape: shape, of: type)
    guard let product, shape.allSatisfy({ $0 <= Int(Int32.max) }),
      product <= stream.mostBytes - (stream.isCompressed ? 0 : stream.position)
    else {
      throw DataError(
        .tooLarge, in: stream.name, at: stream.place(of: 4),
        expected: "extents for at most \(stream.mostBytes) bytes, which is all that this file can hold",
        found: "the shape \(shape) of \(type)")
    }
    elementType = type
    self.shape = shape
    byteCount = product
  }
}
