/// A dense, row-major array of 32-bit floats with value semantics.
///
/// Copies share storage until one of them is written to. Images are `[batch, height, width, channels]`.
/// A `Tensor` is plain data: nothing is recorded for differentiation (see `Variable` for that).
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
/// x.sum(axes: [0])            // [5, 7, 9]
/// ```
public struct Tensor: Sendable {
  public let shape: Shape
  var buffer: Buffer<Float>

  /// A tensor that owns `buffer`, whose count is the shape's.
  init(shape: Shape, buffer: Buffer<Float>) {
    assert(buffer.count == shape.elementCount)
    self.shape = shape
    self.buffer = buffer
  }

  /// A tensor of the given elements in row-major order.
  /// Traps when their number is not that of the shape.
  public init(_ elements: [Float], shape: Shape) {
    let count = shape.elementCount
    precondition(
      elements.count == count,
      "A tensor of shape \(shape) has \(count) elements, and \(elements.count) were given.")
    self.init(shape: shape) { destination in
      elements.withUnsafeBufferPointer { source in
        guard let first = source.baseAddress else { return }
        destination.baseAddress!.initialize(from: first, count: source.count)
      }
    }
  }

  /// A vector.
  public init(_ elements: [Float]) { self.init(elements, shape: [elements.count]) }

  /// A scalar: shape `[]`, one element.
  public init(_ element: Float) { self.init([element], shape: []) }

  /// A tensor whose elements `initialize` writes, all of them, in row-major order.
  public init(
    shape: Shape, initializingWith initialize: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    let buffer = Buffer<Float>(count: shape.elementCount)
    try initialize(UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count))
    self.init(shape: shape, buffer: buffer)
  }

  /// A tensor with every element equal to `value`.
  public init(repeating value: Float, shape: Shape) {
    self.init(shape: shape) { $0.initialize(repeating: value) }
  }

  public static func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }
  public static func ones(_ shape: Shape) -> Tensor { Tensor(repeating: 1, shape: shape) }

  /// Number of elements.
  public var count: Int { buffer.count }

  /// Number of axes.
  public var rank: Int { shape.rank }

  /// The elements in row-major order, copied.
  public var elements: [Float] { withUnsafeElements { Array($0) } }

  /// The only element of a tensor that has one. Traps otherwise.
  public var scalar: Float {
    precondition(count == 1, "A tensor of shape \(shape) has \(count) elements, so no single value.")
    return buffer.base[0]
  }

  /// Calls `body` with the elements in row-major order. The pointer is valid only inside `body`.
  public func withUnsafeElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(buffer) {} }
    return try body(UnsafeBufferPointer(start: buffer.base, count: buffer.count))
  }

  /// Calls `body` with the elements for writing, after copying them when the storage is shared.
  public mutating func withUnsafeMutableElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if isKnownUniquelyReferenced(&buffer) {
      buffer.forms = nil
    } else {
      buffer = buffer.copy()
    }
    defer { withExtendedLifetime(buffer) {} }
    return try body(UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count))
  }

  /// The element at these indices, one for each axis.
  public subscript(indices: Int...) -> Float {
    get { buffer.base[offset(indices)] }
    set {
      let position = offset(indices)
      withUnsafeMutableElements { $0[position] = newValue }
    }
  }

  private func offset(_ indices: [Int]) -> Int {
    precondition(
      indices.count == rank,
      "A tensor of shape \(shape) takes \(rank) indices, and \(indices.count) were given.")
    var offset = 0
    for (axis, index) in indices.enumerated() {
      precondition(
        index >= 0 && index < shape[axis], "Index \(indices) lies outside a tensor of shape \(shape).")
      offset = offset * shape[axis] + index
    }
    return offset
  }
}

extension Tensor: Equatable {
  /// Same shape and equal elements; as for `Float`, NaN equals nothing and −0 equals 0.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    if a.buffer === b.buffer { return !a.buffer.containsNaN }
    return (0..<a.count).allSatisfy { a.buffer.base[$0] == b.buffer.base[$0] }
  }
}

extension Buffer where Element == Float {
  fileprivate var containsNaN: Bool { (0..<count).contains { base[$0].isNaN } }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first elements.
  public var description: String {
    let shown = 12
    let head = withUnsafeElements { $0.prefix(shown).map { "\($0)" }.joined(separator: ", ") }
    return "Tensor\(shape) [\(head)\(count > shown ? ", …" : "")]"
  }
}
