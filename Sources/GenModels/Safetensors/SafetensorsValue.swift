extension SafetensorsFile.Value {
  public var shape: Shape {
    switch self {
    case .float32(let tensor): tensor.shape
    case .int32(let indexes): indexes.shape
    case .float64(_, let shape), .other(_, _, let shape): shape
    }
  }

  /// The type of the numbers.
  public var element: SafetensorsElement {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .float64: .float64
    case .other(let element, _, _): element
    }
  }

  var byteCount: Int { shape.elementCount * element.byteCount }

  func checkCount(_ name: String) {
    let found =
      switch self {
      case .float32, .int32: byteCount
      case .float64(let elements, _): elements.count * element.byteCount
      case .other(_, let bytes, _): bytes.count
      }
    precondition(
      found == byteCount,
      "The array \"\(name)\" of shape \(shape) takes \(byteCount) bytes of \(element.rawValue), "
        + "and \(found) were given.")
  }

  /// Calls `body` with the bytes as they stand in the file.
  func withUnsafeBytes<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    // Every platform that Swift has runs little-endian, which is the order of the format.
    switch self {
    case .float32(let tensor):
      try tensor.withUnsafeElements { (elements) throws(Failure) in try body(UnsafeRawBufferPointer(elements))
      }
    case .int32(let indexes):
      try indexes.withUnsafeElements { (elements) throws(Failure) in
        try body(UnsafeRawBufferPointer(elements))
      }
    case .float64(let elements, _):
      try elements.withBytes { (bytes) throws(Failure) in try body(bytes) }
    case .other(_, let bytes, _):
      try bytes.withBytes { (bytes) throws(Failure) in try body(bytes) }
    }
  }

  /// The array whose bytes `read` writes into the memory it is given.
  init(
    element: SafetensorsElement, shape: Shape,
    read: (UnsafeMutableRawBufferPointer) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    switch element {
    case .float32:
      let buffer = Buffer<Float>(count: shape.elementCount)
      try read(
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count)))
      self = .float32(Tensor(shape: shape, buffer: buffer))
    case .int32:
      let buffer = Buffer<Int32>(count: shape.elementCount)
      try read(
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count)))
      self = .int32(Indexes(shape: shape, buffer: buffer))
    case .float64:
      var elements = [Double](repeating: 0, count: shape.elementCount)
      try elements.withMutableBytes { (bytes) throws(SafetensorsError) in try read(bytes) }
      self = .float64(elements, shape: shape)
    default:
      var bytes = [UInt8](repeating: 0, count: shape.elementCount * element.byteCount)
      try bytes.withMutableBytes { (bytes) throws(SafetensorsError) in try read(bytes) }
      self = .other(element, bytes: bytes, shape: shape)
    }
  }
}
