import GenModels

/// NumPy's file of one array, `.npy`: versions 1 to 3, C and Fortran order, either byte order; booleans, all
/// integers, and floats of 16, 32 and 64 bits. (Format: NumPy Enhancement Proposal 1, and
/// `numpy.lib.format`.)
///
/// ```swift
/// let table = try NumPy.read("X.npy")        // keeps the element type
/// let x = try table.tensor()                 // 32-bit floats
/// try NumPy.write(NumericArray(x), to: "copy.npy")
/// ```
public enum NumPy {
  /// Reads a file. Arrays in Fortran order are put into row-major order. Throws `DataError` when the file
  /// can't be read, isn't right, or holds something else than numbers.
  public static func read(_ path: String, limit: InflationLimit = .standard) throws -> NumericArray {
    let source = try FileSource.open(path, mostBytes: limit.byteCount)
    return try read(ByteStream(source, limit: limit))
  }

  /// Reads a file that is in memory. `name` stands in error messages.
  public static func read(bytes: [UInt8], name: String = "NumPy data") throws -> NumericArray {
    try read(ByteStream(MemorySource(bytes, name: name), limit: .standard))
  }

  static func read(_ stream: ByteStream) throws -> NumericArray {
    let header = try NumPyHeader(stream)
    var bytes = try stream.bytes(header.byteCount, of: "elements of shape \(header.shape)")
    try stream.expectEnd(after: "the \(header.byteCount) bytes that its header announces")
    if header.isBigEndian { bytes.reverseByteOrder(ofEach: header.elementType.byteCount) }
    if header.isFortranOrder {
      bytes = rowMajor(columnMajor: bytes, shape: header.shape, size: header.elementType.byteCount)
    }
    if header.elementType == .bool, let position = bytes.firstIndex(where: { $0 > 1 }) {
      throw DataError(
        .malformed, in: stream.name, at: stream.place(of: header.headerByteCount + position),
        expected: "a boolean, 0 or 1",
        found: "\(bytes[position])")
    }
    return NumericArray(bytes: bytes, elementType: header.elementType, shape: header.shape)
  }

  /// The bytes of a version 1 file (version 2 for a shape too long for it), little-endian and in C order.
  public static func bytes(of array: NumericArray) -> [UInt8] {
    NumPyHeader.bytes(elementType: array.elementType, shape: array.shape) + array.bytes
  }

  /// Writes a file. It appears whole or not at all. Throws `DataError` when it can't be written.
  public static func write(_ array: NumericArray, to path: String) throws {
    try OutputPlace.write(bytes(of: array), to: path)
  }

  /// Elements of `size` bytes whose first index runs fastest, in the order where the last one does.
  private static func rowMajor(columnMajor: [UInt8], shape: [Int], size: Int) -> [UInt8] {
    guard shape.count > 1, !columnMajor.isEmpty else { return columnMajor }
    func transpose<Word: BitwiseCopyable>(_ type: Word.Type) -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: columnMajor.count) { buffer, initialized in
        columnMajor.withUnsafeBytes { source in
          let destination = UnsafeMutableRawBufferPointer(buffer)
          // An array of axes (a, b, …, z) in Fortran order is one of axes (z, …, b, a) in C order. Walk it in
          // blocks of the first and the last axis, which are the two that run fastest on either side.
          let first = shape[0]
          let last = shape[shape.count - 1]
          let middle = shape.dropFirst().dropLast()
          let middleCount = middle.reduce(1, *)
          let block = 32
          for position in 0..<middleCount {
            // Row-major position among the middle axes; its reflection is the position with the axes
            // reversed.
            var rest = position
            var reflected = 0
            var weight = middleCount
            for extent in middle.reversed() {
              weight /= extent
              reflected += (rest % extent) * weight
              rest /= extent
            }
            for rowStart in stride(from: 0, to: first, by: block) {
              for columnStart in stride(from: 0, to: last, by: block) {
                for row in rowStart..<min(rowStart + block, first) {
                  for column in columnStart..<min(columnStart + block, last) {
                    let from = (column * middleCount + reflected) * first + row
                    let to = (row * middleCount + position) * last + column
                    destination.storeBytes(
                      of: source.loadUnaligned(fromByteOffset: from * MemoryLayout<Word>.size, as: Word.self),
                      toByteOffset: to * MemoryLayout<Word>.size, as: Word.self)
                  }
                }
              }
            }
          }
        }
        initialized = columnMajor.count
      }
    }
    switch size {
    case 1: return transpose(UInt8.self)
    case 2: return transpose(UInt16.self)
    case 4: return transpose(UInt32.self)
    default: return transpose(UInt64.self)
    }
  }
}
