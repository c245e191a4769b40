import GenModels

/// A dense row-major array that keeps the element type of the file it came from.
///
/// What IDX and NumPy files hold. `tensor()`, `doubles()` and `indexes()` convert it.
public struct NumericArray: Sendable, Equatable {
  /// The type of each element.
  public enum ElementType: String, Sendable, CaseIterable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float16, float32, float64

    /// Bytes of one element.
    public var byteCount: Int {
      switch self {
      case .bool, .int8, .uint8: 1
      case .int16, .uint16, .float16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }
  }

  public let elementType: ElementType
  /// Extents of the axes, outermost first; empty for a single number.
  public let shape: [Int]
  /// The elements in row-major order, each in the byte order of this machine.
  public let bytes: [UInt8]

  /// An array of the given bytes. Traps when their number is not that of the shape.
  public init(bytes: [UInt8], elementType: ElementType, shape: [Int]) {
    let count = shape.reduce(1, *)
    precondition(
      bytes.count == count * elementType.byteCount,
      "An array of shape \(shape) and type \(elementType) has \(count * elementType.byteCount) bytes, and \(bytes.count) were given."
    )
    self.bytes = bytes
    self.elementType = elementType
    self.shape = shape
  }

  /// Bytes of an array of this shape, or nil when the product of its extents (those of 0 aside) is beyond 64
  /// bits.
  static func byteCount(shape: [Int], of type: ElementType) -> Int? {
    var product = type.byteCount
    for extent in shape {
      let next = product.multipliedReportingOverflow(by: max(1, extent))
      if next.overflow { return nil }
      product = next.partialValue
    }
    return shape.contains(0) ? 0 : product
  }

  /// Number of elements.
  public var count: Int { bytes.count / elementType.byteCount }
}

extension NumericArray {
  /// An array of 64-bit floats in row-major order. Traps when their number is not that of the shape.
  public init(_ elements: [Double], shape: [Int]) {
    self.init(bytes: elements.withUnsafeBytes(Array.init), elementType: .float64, shape: shape)
  }

  /// An array of 32-bit floats in row-major order. Traps when their number is not that of the shape.
  public init(_ elements: [Float], shape: [Int]) {
    self.init(bytes: elements.withUnsafeBytes(Array.init), elementType: .float32, shape: shape)
  }

  /// An array of 64-bit integers in row-major order. Traps when their number is not that of the shape.
  public init(_ elements: [Int], shape: [Int]) {
    self.init(bytes: elements.map(Int64.init).withUnsafeBytes(Array.init), elementType: .int64, shape: shape)
  }

  /// An array of bytes in row-major order. Traps when their number is not that of the shape.
  public init(_ elements: [UInt8], shape: [Int]) {
    self.init(bytes: elements, elementType: .uint8, shape: shape)
  }

  /// The elements of a tensor, as 32-bit floats.
  public init(_ tensor: Tensor) {
    self.init(
      bytes: tensor.withUnsafeElements { [UInt8](UnsafeRawBufferPointer($0)) }, elementType: .float32,
      shape: Array(tensor.shape))
  }

  /// The elements of an array of indexes, as 32-bit integers.
  public init(_ indexes: Indexes) {
    self.init(
      bytes: indexes.withUnsafeElements { [UInt8](UnsafeRawBufferPointer($0)) }, elementType: .int32,
      shape: Array(indexes.shape))
  }
}
