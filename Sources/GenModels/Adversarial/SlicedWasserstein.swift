#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The sliced Wasserstein distance of two sets of examples (J. Rabin, G. Peyré, J. Delon and M. Bernot, 2012; N. Bonneel and others,
/// 2015):
///
///     SW_p(P, Q) = (mean over directions θ of W_p(θᵀP, θᵀQ)^p)^{1/p},   W_p(F, G)^p = ∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du.
///
/// On a line the Wasserstein distance is that of sorted numbers. In the unit of the examples; 0 for equal sets, symmetric, and for a shift
/// by δ of D numbers about ‖δ‖ / √D with p = 2.
public struct SlicedWasserstein: Sendable, Hashable, Codable {
  /// Number of random directions.
  public var directions: Int
  /// p, at least 1.
  public var order: Double
  /// Decides the directions.
  public var seed: UInt64

  /// Traps for no direction, and for an order below 1.
  public init(directions: Int = 128, order: Double = 2, seed: UInt64 = 0) {
    precondition(
      directions >= 1 && order >= 1 && order.isFinite,
      "A sliced Wasserstein distance takes 1 direction or more and an order of 1 or more, not \(directions) and \(order)."
    )
    self.directions = directions
    self.order = order
    self.seed = seed
  }

  /// The distance of two sets of examples of one shape, which may differ in size.
  ///
  /// Cost: n D directions for the projections, and n log n for each direction. The result does not depend on the order of examples.
  /// - Throws: `ExampleError` for examples of two shapes, NaN and infinities; `TrainingError.noExamples` for an empty set.
  public func distance(_ a: Tensor, _ b: Tensor) throws -> Double {
    guard a.rank >= 1, b.rank >= 1 else { throw ExampleError.noExampleAxis }
    guard a.exampleCount > 0, b.exampleCount > 0 else { throw TrainingError.noExamples }
    try a.requireFiniteExamples()
    try b.requireExamples(of: Shape(a.shape.dropFirst()))
    var random = RandomGenerator(seed: seed).split("sliced Wasserstein")
    let axes = Self.directions(directions, of: a.count / a.exampleCount, using: &random)
    let (left, right) = (Self.sortedProjections(a, axes), Self.sortedProjections(b, axes))
    var powers = [Double](repeating: 0, count: directions)
    let order = order
    powers.withUnsafeMutableBufferPointer { powers in
      nonisolated(unsafe) let powers = powers
      parallelFor(directions, grain: 1) { range in
        for direction in range {
          powers[direction] = Self.power(left, right, row: direction, order: order)
        }
      }
    }
    return pow(powers.reduce(0, +) / Double(directions), 1 / order)
  }

  /// SW_p^p of a recorded batch to examples, as a loss: gradients move each number towards the one of its rank.
  ///
  /// - Parameters:
  ///   - x: `[batch, ...]`.
  ///   - target: As many examples of the same shape.
  ///   - random: Where this step's directions come from.
  public func loss(_ x: Variable, target: Tensor, using random: inout RandomGenerator) -> Variable {
    precondition(
      x.shape == target.shape && x.shape.rank >= 1 && x.shape[0] > 0,
      "A sliced Wasserstein loss compares two batches of one shape, not \(x.shape) and \(target.shape).")
    let features = target.count / target.shape[0]
    let axes = Self.directions(directions, of: features, using: &random)
    let projected = x.reshaped([x.shape[0], features]).matrixProduct(x.constant(axes))
    let ranked = projected.elements(at: projected.tensor.columnOrder())
    let difference = ranked - Self.sortedProjections(target, axes)
    if order == 2 { return difference.squared().mean() }
    if order == 1 { return difference.absolute().mean() }
    // |d|^p = exp(p ln |d|); the tiny term keeps the gradient at 0 finite.
    return ((difference.absolute() + 1e-12).log() * Float(order)).exp().mean()
  }

  /// Unit vectors `[features, count]`, uniform on the sphere.
  static func directions(_ count: Int, of features: Int, using random: inout RandomGenerator) -> Tensor {
    let draws = random.normal([features, count])
    return draws / (draws.squared().sum(axes: [0], keepingAxes: true) + 1e-30).squareRoot()
  }

  /// The projections of examples, ascending for each direction: `[directions, examples]`.
  static func sortedProjections(_ x: Tensor, _ axes: Tensor) -> Tensor {
    let projected = x.reshaped([x.shape[0], axes.shape[0]]).matrixProduct(axes)
    return projected.elements(at: projected.columnOrder())
  }

  /// W_p^p of two rows of ascending numbers: both quantile functions are steps, and the integral is a sum over the pieces on which
  /// both are constant.
  private static func power(_ a: Tensor, _ b: Tensor, row: Int, order: Double) -> Double {
    let (m, n) = (a.shape[1], b.shape[1])
    return a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        var (i, j, done, sum) = (0, 0, 0, 0.0)
        // In units of 1 / (m n), so that the pieces' ends are whole numbers.
        while i < m, j < n {
          let end = min((i + 1) * n, (j + 1) * m)
          let difference = abs(Double(a[row * m + i]) - Double(b[row * n + j]))
          sum += Double(end - done) * (order == 2 ? difference * difference : pow(difference, order))
          done = end
          if (i + 1) * n == end { i += 1 }
          if (j + 1) * m == end { j += 1 }
        }
        return sum / (Double(m) * Double(n))
      }
    }
  }
}

extension Tensor {
  /// For a table `[rows, columns]` of finite numbers the positions of each column's elements in ascending order, `[columns, rows]`; equal
  /// numbers in the order of rows.
  func columnOrder() -> Indexes {
    let (rows, columns) = (shape[0], shape[1])
    precondition(
      shape.elementCount <= Int(Int32.max), "Tables of up to 2³¹ numbers are sorted, not of \(shape).")
    return Indexes(shape: [columns, rows]) { positions in
      nonisolated(unsafe) let positions = positions
      withUnsafeElements { elements in
        nonisolated(unsafe) let elements = elements
        parallelFor(columns, grain: 1) { range in
          let keys = Buffer<UInt64>(count: 2 * rows)
          for column in range {
            for row in 0..<rows {
              let bits = elements[row * columns + column].bitPattern
              // Ascending as unsigned numbers: all bits of negative numbers turned, the sign of others.
              let key = bits ^ (bits >> 31 == 1 ? .max : 1 << 31)
              keys.base[row] = UInt64(key) << 32 | UInt64(row)
            }
            kernels.sort.sort_keys(keys.base, keys.base + rows, rows)
            for rank in 0..<rows {
              let row = Int(keys.base[rank] & 0xFFFF_FFFF)
              positions[column * rows + rank] = Int32(row * columns + column)
            }
          }
        }
      }
    }
  }
}
