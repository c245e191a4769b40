#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Independent numbers uniform on [−bound, bound]; outside the density is 0. A temperature below 1 shrinks the box that is drawn
/// from.
public struct UniformBase: BaseDistribution {
  public let features: Int
  public let bound: Float

  /// Traps unless the bound is positive and finite.
  public init(features: Int, bound: Float) {
    precondition(bound > 0 && bound.isFinite, "A uniform base has a positive bound, and \(bound) is not.")
    self.features = features
    self.bound = bound
  }

  public var isBounded: Bool { true }

  public func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes?) -> Value {
    let density = -Float(features) * logf(2 * bound)
    return z.constant(Tensor(rowsInside(z.tensor).map { $0 ? density : -.infinity }))
  }

  /// For each row whether all its elements lie in −bound ... bound.
  private func rowsInside(_ z: Tensor) -> [Bool] {
    let columns = z.shape[1]
    return z.withUnsafeElements { elements in
      (0..<z.shape[0]).map { row in
        elements[row * columns..<(row + 1) * columns].allSatisfy { abs($0) <= bound }
      }
    }
  }

  public func sample(
    count: Int, labels: Indexes?, temperature: Float, using random: inout RandomGenerator
  ) -> Tensor {
    let extent = bound * temperature
    return extent == 0
      ? .zeros([count, features]) : random.uniform([count, features], in: -extent..<extent)
  }

  /// The distribution as data.
  public struct Description: BaseDescription {
    public static let name = "uniform"

    public var bound: Float

    public func distribution(
      features: Int, classCount: Int?, _ tensors: TensorSource
    ) throws(ModelFileError) -> any BaseDistribution {
      guard bound > 0, bound.isFinite else {
        throw .malformed(reason: "a uniform base has a positive bound, and \(bound) is not")
      }
      return UniformBase(features: features, bound: bound)
    }
  }
}
