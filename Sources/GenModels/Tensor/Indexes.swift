/// A dense, row-major array of 32-bit integers with value semantics: class labels, positions of maxima,
/// rows to gather. Indexes are never differentiated.
public struct Indexes: Sendable {
  public let shape: Shape
  var buffer: Buffer<Int32>

  init(shape: Shape, buffer: Buffer<Int32>) {
    assert(buffer.count == shape.elementCount)
    self.shape = shape
    self.buffer = buffer
  }

  /// Indexes with the given elements in row-major order. Traps when their number is not that of the shape.
  public init(_ elements: [Int32], shape: Shape) {
    let count = shape.elementCount
    precondition(
      elements.count == count,
      "Indexes of shape \(shape) have \(count) elements, and \(elements.count) were given.")
    self.init(shape: shape) { destination in
      for (i, element) in elements.enumerated() { destination[i] = element }
    }
  }

  /// A vector of indexes. Traps when one does not fit in 32 bits.
  public init(_ elements: [Int]) { self.init(elements.map(Int32.init), shape: [elements.count]) }

  /// Indexes whose elements `initialize` writes, all of them, in row-major order.
  public init(
    shape: Shape, initializingWith initialize: (UnsafeMutableBufferPointer<Int32>) throws -> Void
  ) rethrows {
    let buffer = Buffer<Int32>(count: shape.elementCount)
    try initialize(UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count))
    self.init(shape: shape, buffer: buffer)
  }

  /// Number of elements.
  public var count: Int { buffer.count }

  /// The elements in row-major order, copied.
  public var elements: [Int] { withUnsafeElements { $0.map(Int.init) } }

  /// A vector's elements in `range`, copied.
  func sliced(_ range: Range<Int>) -> Indexes {
    Indexes(shape: [range.count]) { part in
      _ = part.initialize(from: UnsafeBufferPointer(start: buffer.base + range.lowerBound, count: range.count))
    }
  }

  /// Calls `body` with the elements in row-major order. The pointer is valid only inside `body`.
  public func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Int32>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(buffer) {} }
    return try body(UnsafeBufferPointer(start: buffer.base, count: buffer.count))
  }
}

extension Indexes: Equatable {
  public static func == (a: Indexes, b: Indexes) -> Bool {
    a.shape == b.shape && (a.buffer === b.buffer || a.elements == b.elements)
  }
}
