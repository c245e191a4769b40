import GenModels

extension NumericArray {
  /// The elements as 64-bit floats, in row-major order; NaN and infinities stay. 64-bit integers beyond 2⁵³
  /// are rounded to the nearest.
  public func doubles() -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      convert(into: buffer)
      initialized = count
    }
  }

  /// The elements as a tensor of this shape, each rounded to the nearest 32-bit float.
  ///
  /// Throws `DataError` when an element is NaN, infinite or beyond the range of 32-bit floats (`source` and
  /// the row are named), when a column of a table would lose its spread (it is named, by `columnNames` where these are
  /// given), or when the shape has more axes or longer ones than a tensor's.
  public func tensor(source: String = "the array", columnNames: [String]? = nil) throws -> Tensor {
    guard shape.count <= Shape.maximumRank, shape.allSatisfy({ $0 <= Int(Int32.max) }) else {
      throw DataError(
        .unsupported, in: source, expected: "at most \(Shape.maximumRank) axes of at most \(Int32.max) each",
        found: "the shape \(shape)")
    }
    let tensor = Tensor(shape: Shape(shape)) { convert(into: $0) }
    if elementType.isFloatingPoint, let position = tensor.firstNotFinite {
      throw DataError(
        .notFinite, in: source, at: place(of: position),
        expected: "a finite number in the range of 32-bit floats",
        found: "\(double(at: position))")
    }
    try requireSpread(of: tensor, source: source, columnNames: columnNames)
    return tensor
  }

  /// The elements as 32-bit indexes of this shape. Floats must be whole numbers. Throws `DataError` naming
  /// `source` and the row of the first element that is no whole number or doesn't fit.
  public func indexes(source: String = "the array") throws -> Indexes {
    guard shape.count <= Shape.maximumRank else {
      throw DataError(
        .unsupported, in: source, expected: "at most \(Shape.maximumRank) axes", found: "the shape \(shape)")
    }
    var wrong: Int?
    let values = doubles()
    let indexes = Indexes(shape: Shape(shape)) { destination in
      for (i, value) in values.enumerated() {
        if let index = Int32(exactly: value) {
          destination[i] = index
        } else {
          destination[i] = 0
          wrong = wrong ?? i
        }
      }
    }
    guard let wrong else { return indexes }
    throw DataError(
      .malformed, in: source, at: place(of: wrong), expected: "a whole number that fits in 32 bits",
      found: "\(values[wrong])")
  }

  /// Row and column of the element at a position in row-major order.
  func place(of position: Int) -> DataError.Place {
    let width = shape.dropFirst().reduce(1, *)
    return shape.count < 2 ? .row(position, column: nil) : .row(position / width, column: position % width)
  }

  private func double(at position: Int) -> Double {
    let size = elementType.byteCount
    let one = NumericArray(
      bytes: Array(bytes[position * size..<(position + 1) * size]), elementType: elementType, shape: [1])
    return one.doubles()[0]
  }

  private func convert<Target: BinaryFloatingPoint & BitwiseCopyable>(
    into destination: UnsafeMutableBufferPointer<Target>
  ) {
    NumericArray.convert(bytes: bytes, from: elementType, into: destination)
  }

  /// Writes the elements that `bytes` hold, as many as there are, to `destination`.
  @inline(__always)
  private static func convert<Target: BinaryFloatingPoint & BitwiseCopyable>(
    bytes: [UInt8], from type: ElementType, into destination: UnsafeMutableBufferPointer<Target>
  ) {
    func copy<Source: BitwiseCopyable>(_ source: Source.Type, _ value: (Source) -> Target) {
      bytes.withUnsafeBytes { raw in
        for i in 0..<destination.count {
          destination[i] = value(
            raw.loadUnaligned(fromByteOffset: i * MemoryLayout<Source>.size, as: Source.self))
        }
      }
    }
    switch type {
    case .bool: copy(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .int8: copy(Int8.self) { Target($0) }
    case .uint8: copy(UInt8.self) { Target($0) }
    case .int16: copy(Int16.self) { Target($0) }
    case .uint16: copy(UInt16.self) { Target($0) }
    case .int32: copy(Int32.self) { Target($0) }
    case .uint32: copy(UInt32.self) { Target($0) }
    case .int64: copy(Int64.self) { Target($0) }
    case .uint64: copy(UInt64.self) { Target($0) }
    case .float16: copy(UInt16.self) { Target(float(halfPrecision: $0)) }
    case .float32: copy(Float.self) { Target($0) }
    case .float64: copy(Double.self) { Target($0) }
    }
  }

  /// The value of a 16-bit float (IEEE 754 binary16), given by its bits. `Float16` is not on every platform.
  static func float(halfPrecision bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

extension NumericArray.ElementType {
  var isFloatingPoint: Bool { self == .float16 || self == .float32 || self == .float64 }
}

extension Tensor {
  /// Position of the first element that is NaN or infinite, in row-major order.
  var firstNotFinite: Int? {
    withUnsafeElements { elements in
      var start = 0
      while start < elements.count {
        let end = min(start + 4096, elements.count)
        var flag: UInt32 = 0
        for i in start..<end { flag |= elements[i].bitPattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0 }
        if flag != 0 { return (start..<end).first { !elements[$0].isFinite } }
        start = end
      }
      return nil
    }
  }
}
