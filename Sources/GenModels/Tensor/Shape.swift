/// The extents of a tensor's axes, outermost first: `[batch, height, width, channels]` for images.
///
/// A collection of `Int` with at most seven axes, stored inline. The empty shape is a scalar.
public struct Shape: Sendable, Hashable {
  /// Extents of the axes; unused lanes are zero, so that equality is lane-wise.
  private var extents: SIMD8<Int32>
  private var axisCount: Int32

  /// Number of axes that a shape can have.
  public static let maximumRank = 7

  /// A shape with these extents. Traps when there are more than seven, or one is negative or above 2³¹−1.
  public init(_ extents: some Collection<Int>) {
    precondition(
      extents.count <= Shape.maximumRank,
      "A shape has at most \(Shape.maximumRank) axes, and \(Array(extents)) has \(extents.count).")
    var lanes = SIMD8<Int32>()
    var axis = 0
    for extent in extents {
      precondition(
        extent >= 0 && extent <= Int(Int32.max),
        "A shape's extents lie between 0 and \(Int32.max), and axis \(axis) of \(Array(extents)) does not.")
      lanes[axis] = Int32(truncatingIfNeeded: extent)
      axis += 1
    }
    self.extents = lanes
    axisCount = Int32(axis)
  }

  /// Number of axes.
  public var rank: Int { Int(axisCount) }

  /// Number of elements of a tensor of this shape: the product of the extents, 1 for a scalar.
  public var elementCount: Int {
    var product = 1
    for axis in 0..<rank { product *= Int(extents[axis]) }
    return product
  }

  /// The axis number that `axis` means, where negative numbers count from the last axis (−1).
  /// Traps when there is no such axis.
  public func normalized(axis: Int) -> Int {
    let normal = axis < 0 ? axis + rank : axis
    precondition(normal >= 0 && normal < rank, "There is no axis \(axis) in the shape \(self).")
    return normal
  }
}

extension Shape: RandomAccessCollection, MutableCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { rank }

  public subscript(axis: Int) -> Int {
    get {
      precondition(axis >= 0 && axis < rank, "There is no axis \(axis) in the shape \(self).")
      return Int(extents[axis])
    }
    set {
      precondition(axis >= 0 && axis < rank, "There is no axis \(axis) in the shape \(self).")
      precondition(newValue >= 0 && newValue <= Int(Int32.max), "A shape can't have the extent \(newValue).")
      extents[axis] = Int32(truncatingIfNeeded: newValue)
    }
  }
}

extension Shape: ExpressibleByArrayLiteral {
  public init(arrayLiteral extents: Int...) { self.init(extents) }
}

extension Shape: CustomStringConvertible {
  /// `[64, 28, 28, 1]`.
  public var description: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
