import GenModels

/// The IDX format of the MNIST files: a big-endian header (two zero bytes, the element type, the number of
/// axes, one 32-bit extent an axis), then the elements in row-major order, big-endian. Raw or gzip.
///
/// ```swift
/// let images = try IDX.readTensor("train-images-idx3-ubyte.gz")         // [60000, 28, 28], 0 to 1
/// let labels = try IDX.read("train-labels-idx1-ubyte.gz").indexes()     // [60000]
/// ```
public enum IDX {
  /// Reads a whole file, raw or gzip, of 1 to 4 axes. Throws `DataError` when it can't be read or isn't
  /// right.
  public static func read(_ path: String, limit: InflationLimit = .standard) throws -> NumericArray {
    try read(FileSource.open(path, mostBytes: limit.byteCount), limit: limit)
  }

  /// Reads a file that is in memory, raw or gzip. `name` stands in error messages.
  public static func read(bytes: [UInt8], name: String = "IDX data", limit: InflationLimit = .standard) throws
    -> NumericArray
  {
    try read(MemorySource(bytes, name: name), limit: limit)
  }

  /// Reads images, or other examples, as 32-bit floats: bytes are scaled from 0...255 to 0...1, other types
  /// keep their values.
  ///
  /// - Parameters:
  ///   - path: Of an IDX file, compressed with gzip or not.
  ///   - range: The examples to read (positions on the first axis), all when nil. What comes after them is
  ///     not read, so the end of the file is checked only when the range reaches it.
  ///   - limit: How large a compressed file may become.
  /// - Returns: The shape of the file, with the range's length as the first extent.
  public static func readTensor(_ path: String, range: Range<Int>? = nil, limit: InflationLimit = .standard)
    throws
    -> Tensor
  {
    try readTensor(FileSource.open(path, mostBytes: limit.byteCount), range: range, limit: limit)
  }

  /// The extents of the file's axes and the type of its elements, from its header alone.
  public static func readHeader(_ path: String, limit: InflationLimit = .standard) throws -> (
    shape: [Int], elementType: NumericArray.ElementType
  ) {
    let header = try IDXHeader(
      ByteStream(FileSource.open(path, mostBytes: limit.byteCount), limit: limit))
    return (header.shape, header.elementType)
  }

  static func read(_ source: any ByteSource, limit: InflationLimit) throws -> NumericArray {
    let stream = try ByteStream(source, limit: limit)
    let header = try IDXHeader(stream)
    var bytes = try stream.bytes(header.byteCount, of: "elements of shape \(header.shape)")
    try stream.expectEnd(after: "the \(header.byteCount) bytes that its header announces")
    bytes.reverseByteOrder(ofEach: header.elementType.byteCount)
    return NumericArray(bytes: bytes, elementType: header.elementType, shape: header.shape)
  }

  static func readTensor(_ source: any ByteSource, range: Range<Int>?, limit: InflationLimit) throws -> Tensor
  {
    let stream = try ByteStream(source, limit: limit)
    let header = try IDXHeader(stream)
    let count = header.shape[0]
    let range = range ?? 0..<count
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw DataError(
        .notFound, in: source.name, expected: "examples \(range.lowerBound)..<\(range.upperBound)",
        found: "\(count) examples in the file")
    }
    let width = header.shape.dropFirst().reduce(1, *)
    let size = header.elementType.byteCount
    let pieceCount = max(1, min((1 << 18) / size, range.upperBound * width))
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceCount * size, alignment: 64)
    defer { piece.deallocate() }

    var toSkip = range.lowerBound * width
    while toSkip > 0 {
      let now = min(toSkip, pieceCount)
      try stream.readExactly(
        into: UnsafeMutableRawBufferPointer(rebasing: piece[..<(now * size)]), of: "examples")
      toSkip -= now
    }
    let shape = Shape([range.count] + header.shape.dropFirst())
    let tensor = try Tensor(shape: shape) { destination in
      var done = 0
      while done < destination.count {
        let now = min(destination.count - done, pieceCount)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<(now * size)])
        try stream.readExactly(into: bytes, of: "elements of shape \(header.shape)")
        header.elementType.floats(
          bigEndian: UnsafeRawBufferPointer(bytes),
          into: UnsafeMutableBufferPointer(rebasing: destination[done..<done + now]))
        done += now
      }
    }
    if range.upperBound == count {
      try stream.expectEnd(after: "the \(header.byteCount) bytes that its header announces")
    }
    if header.elementType.isFloatingPoint, let position = tensor.firstNotFinite {
      throw DataError(
        .notFinite, in: source.name,
        at: .row(range.lowerBound + position / max(width, 1), column: position % max(width, 1)),
        expected: "a finite number in the range of 32-bit floats", found: "\(tensor.elements[position])")
    }
    return tensor
  }
}

extension [UInt8] {
  /// Turns big-endian elements of `size` bytes into little-endian ones, and back.
  mutating func reverseByteOrder(ofEach size: Int) {
    withUnsafeMutableBytes { bytes in
      switch size {
      case 2: bytes.reverseByteOrder(UInt16.self)
      case 4: bytes.reverseByteOrder(UInt32.self)
      case 8: bytes.reverseByteOrder(UInt64.self)
      default: break
      }
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func reverseByteOrder<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) {
    let size = MemoryLayout<Word>.size
    for offset in stride(from: 0, to: count - size + 1, by: size) {
      storeBytes(
        of: loadUnaligned(fromByteOffset: offset, as: Word.self).byteSwapped, toByteOffset: offset,
        as: Word.self)
    }
  }
}

extension NumericArray.ElementType {
  /// Big-endian elements as floats; bytes are divided by 255.
  fileprivate func floats(
    bigEndian bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>
  ) {
    func word<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type, _ i: Int) -> Word {
      Word(bigEndian: bytes.loadUnaligned(fromByteOffset: i * MemoryLayout<Word>.size, as: Word.self))
    }
    switch self {
    case .uint8: for i in 0..<floats.count { floats[i] = Float(bytes[i]) / 255 }
    case .int8: for i in 0..<floats.count { floats[i] = Float(Int8(bitPattern: bytes[i])) }
    case .int16: for i in 0..<floats.count { floats[i] = Float(word(Int16.self, i)) }
    case .int32: for i in 0..<floats.count { floats[i] = Float(word(Int32.self, i)) }
    case .float32: for i in 0..<floats.count { floats[i] = Float(bitPattern: word(UInt32.self, i)) }
    case .float64: for i in 0..<floats.count { floats[i] = Float(Double(bitPattern: word(UInt64.self, i))) }
    default: preconditionFailure("IDX files have no elements of type \(self).")
    }
  }
}
