/// The header of a `.npy` file: a magic number, a version, and a Python dictionary with the keys `descr`,
/// `fortran_order` and `shape`.
struct NumPyHeader {
  let elementType: NumericArray.ElementType
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: [Int]
  /// Bytes of all elements.
  let byteCount: Int
  /// Bytes before the elements.
  let headerByteCount: Int

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy itself writes no more than 32 axes (64 from version 2), which fit in far less.
  private static let longestDictionary = 1 << 16
  private static let mostAxes = 64

  /// NumPy's names of the element types, without the byte order.
  private static let names: [(name: String, type: NumericArray.ElementType)] = [
    ("b1", .bool), ("i1", .int8), ("u1", .uint8), ("i2", .int16), ("u2", .uint16), ("i4", .int32),
    ("u4", .uint32), ("i8", .int64), ("u8", .uint64), ("f2", .float16), ("f4", .float32), ("f8", .float64),
  ]

  init(_ stream: ByteStream) throws {
    let start = try stream.bytes(8, of: "a NumPy header")
    guard Array(start[..<6]) == NumPyHeader.magic else {
      throw DataError(
        .malformed, in: stream.name, at: stream.place(of: 0),
        expected: "the magic number of a NumPy file, \\x93NUMPY",
        found: start[..<6].map { "\\x" + String($0, radix: 16) }.joined())
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw DataError(
        .unsupported, in: stream.name, at: stream.place(of: 6), expected: "version 1.0, 2.0 or 3.0",
        found: "version \(start[6]).\(start[7])")
    }
    let lengthBytes = try stream.bytes(start[6] == 1 ? 2 : 4, of: "the NumPy header's length")
    let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= min(NumPyHeader.longestDictionary, stream.mostBytes) else {
      throw DataError(
        .tooLarge, in: stream.name, at: stream.place(of: 8),
        expected: "a header of at most \(NumPyHeader.longestDictionary) bytes",
        found: "\(length)")
    }
    let offset = stream.position
    var parser = PythonLiteralParser(
      try stream.bytes(length, of: "the NumPy header"), source: stream.name
    ) { stream.place(of: offset + $0) }
    headerByteCount = offset + length

    var description: String?
    var order: Bool?
    var extents: [Int]?
    try parser.expect("{")
    while try !parser.take("}") {
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr" where description == nil:
        description = try parser.string(orError: "a plain element type such as '<f8'")
      case "fortran_order" where order == nil: order = try parser.boolean()
      case "shape" where extents == nil: extents = try parser.tuple(mostItems: NumPyHeader.mostAxes)
      default:
        throw parser.fault(expected: "each of descr, fortran_order and shape once", found: "the key '\(key)'")
      }
      if try !parser.take(",") {
        try parser.expect("}")
        break
      }
    }
    try parser.expectEnd()
    guard let description, let order, let extents else {
      throw parser.fault(expected: "the keys descr, fortran_order and shape", found: "only some of them")
    }

    let marks: [Character: Bool] = ["<": false, ">": true, "|": false, "=": false]
    guard let mark = description.first, let isBigEndian = marks[mark],
      let type = NumPyHeader.names.first(where: { $0.name == description.dropFirst() })?.type
    else {
      throw DataError(
        .unsupported, in: stream.name, at: stream.place(of: offset),
        expected: "booleans, integers of 8 to 64 bits, or floats of 16, 32 or 64",
        found: "the type '\(description)'")
    }
    let total = NumericArray.byteCount(shape: extents, of: type)
    guard let total, total <= stream.mostBytes - (stream.isCompressed ? 0 : stream.position) else {
      throw DataError(
        .tooLarge, in: stream.name, at: stream.place(of: offset),
        expected: "a shape for at most \(stream.mostBytes) bytes, which is all that this file can hold",
        found: "the shape \(extents) of \(type)")
    }
    elementType = type
    self.isBigEndian = isBigEndian
    isFortranOrder = order
    shape = extents
    byteCount = total
  }

  /// A header for an array in C order, little-endian, padded with spaces so that the elements start at a
  /// multiple of 64 bytes.
  static func bytes(elementType: NumericArray.ElementType, shape: [Int]) -> [UInt8] {
    let name = names.first { $0.type == elementType }!.name
    let extents = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
    let dictionary =
      "{'descr': '\(elementType.byteCount == 1 ? "|" : "<")\(name)', 'fortran_order': False, 'shape': (\(extents)), }"
    func header(version: UInt8, lengthBytes: Int) -> [UInt8]? {
      let prefix = magic.count + 2 + lengthBytes
      let total = (prefix + dictionary.utf8.count + 1 + 63) / 64 * 64
      let length = total - prefix
      guard length < 1 << (8 * lengthBytes) else { return nil }
      return magic + [version, 0] + (0..<lengthBytes).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        + Array(dictionary.utf8)
        + Array(repeating: UInt8(ascii: " "), count: length - dictionary.utf8.count - 1)
        + [UInt8(ascii: "\n")]
    }
    return header(version: 1, lengthBytes: 2) ?? header(version: 2, lengthBytes: 4)!
  }
}
