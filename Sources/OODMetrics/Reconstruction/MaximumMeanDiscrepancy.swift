import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The maximum mean discrepancy between the laws of two sets of features, squared, estimated without bias (A.
/// Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf and A. Smola, 2012, equation 3):
/// Σ_{i≠j} k(xᵢ, xⱼ) / m(m − 1) + Σ_{i≠j} k(yᵢ, yⱼ) / n(n − 1) − 2 Σ_{i,j} k(xᵢ, yⱼ) / mn.
///
/// ```swift
/// let discrepancy = try MaximumMeanDiscrepancy(generated: features(generated), real: features(test))
/// discrepancy.squared
/// ```
///
/// Its expectation is 0 for equal laws, so that an estimate is **negative** about as often as not; unlike the
/// Fréchet distance it has no bias that depends on the number of samples. In units of the kernel's values.
/// Cost: (m + n)² d operations by matrix products, and memory for 256 rows of kernel values.
public struct MaximumMeanDiscrepancy: Sendable, Hashable {
  /// A positive definite function of two examples.
  public enum Kernel: Sendable, Hashable {
    /// (γ x·y + c)^degree. With γ = 1/d, c = 1 and degree 3 the estimate is the kernel inception distance of
    /// M. Bińkowski, D. J. Sutherland, M. Arbel and A. Gretton (2018). γ is 1 / number of features where it
    /// is nil.
    case polynomial(degree: Int = 3, scale: Double? = nil, constant: Double = 1)
    /// exp(−|x − y|² / 2σ²). It tells any two laws apart.
    case gaussian(standardDeviation: Double)
    /// The Gaussian kernel whose σ is the median distance between two of the pooled examples (A. Gretton and
    /// others, 2012, section 8), taken over at most 1000 of them at equal steps through each set.
    case gaussianOfMedianDistance
  }

  /// The estimate of the squared discrepancy.
  public let squared: Double
  /// The kernel, with the settings that it was computed with.
  public let kernel: Kernel

  /// - Throws: `MeasureError` when a set has fewer than two examples, they differ in width, a setting of the
  ///   kernel is out of range, the median distance is 0, or kernel values overflow; `TableError` for features
  ///   that are not finite or above 10¹⁵⁰.
  public init(generated: Matrix, real: Matrix, kernel: Kernel = .polynomial()) throws {
    try generated.requireExamples(2, set: "generated", "for the mean over pairs")
    try real.requireExamples(2, set: "real", "for the mean over pairs")
    try generated.requireWidth(of: real, "real", set: "generated")
    try generated.checkMagnitudes()
    try real.checkMagnitudes()
    let resolved = try Self.resolve(kernel, generated, real)
    let (x, y): (Matrix, Matrix)
    switch resolved {
    case .polynomial: (x, y) = (generated, real)
    case .gaussian, .gaussianOfMedianDistance:
      // Distances from dot products keep more digits about the middle of the data.
      let centre = real.columnMeans()
      (x, y) = (generated.shifted(by: centre), real.shifted(by: centre))
    }
    let (m, n) = (Double(x.rows), Double(y.rows))
    let within = Self.sum(x, x, resolved, withoutDiagonal: true) / (m * (m - 1))
    let withinReal = Self.sum(y, y, resolved, withoutDiagonal: true) / (n * (n - 1))
    let across = Self.sum(x, y, resolved, withoutDiagonal: false) / (m * n)
    squared = within + withinReal - 2 * across
    self.kernel = resolved
    try requireFinite([squared], set: "kernel values")
  }

  /// The kernel with all its settings.
  private static func resolve(_ kernel: Kernel, _ x: Matrix, _ y: Matrix) throws -> Kernel {
    switch kernel {
    case .polynomial(let degree, let scale, let constant):
      let gamma = scale ?? 1 / Double(x.columns)
      guard degree >= 1 else {
        throw MeasureError.outOfRange(
          name: "degree of the kernel", value: "\(degree)", expected: "at least 1")
      }
      guard gamma > 0, gamma.isFinite else {
        throw MeasureError.outOfRange(name: "scale γ of the kernel", value: "\(gamma)", expected: "above 0")
      }
      guard constant >= 0, constant.isFinite else {
        throw MeasureError.outOfRange(
          name: "constant c of the kernel", value: "\(constant)", expected: "0 or above")
      }
      return .polynomial(degree: degree, scale: gamma, constant: constant)
    case .gaussian(let deviation):
      guard deviation > 0, deviation.isFinite else {
        throw MeasureError.outOfRange(
          name: "standard deviation σ of the kernel", value: "\(deviation)", expected: "above 0")
      }
      return kernel
    case .gaussianOfMedianDistance:
      let rows = spread(x, 500).elements + spread(y, 500).elements
      let pooled = Matrix(rows: rows.count / x.columns, columns: x.columns, elements: rows)
      let median = medianDistance(pooled)
      guard median > 0 else {
        throw MeasureError.outOfRange(
          name: "median distance", value: "0",
          expected: "above 0: more than half of all pairs are equal; state a σ")
      }
      return .gaussian(standardDeviation: median)
    }
  }

  /// At most `count` rows at equal steps.
  private static func spread(_ x: Matrix, _ count: Int) -> Matrix {
    guard x.rows > count else { return x }
    let rows = (0..<count).flatMap { x.row($0 * x.rows / count) }
    return Matrix(rows: count, columns: x.columns, elements: rows)
  }

  private static func medianDistance(_ x: Matrix) -> Double {
    var distances: [Double] = []
    x.withUnsafeElements { x0 in
      let d = x.columns
      for i in 0..<x.rows {
        for j in 0..<i {
          var sum = 0.0
          for k in 0..<d { sum += (x0[i * d + k] - x0[j * d + k]) * (x0[i * d + k] - x0[j * d + k]) }
          distances.append(sum.squareRoot())
        }
      }
    }
    return Quantiles.median(sorted: distances.sorted())
  }

  /// Rows of kernel values that are held at once; it fixes the order of summation.
  private static let block = 256

  /// Σ k(xᵢ, yⱼ) over all pairs, or those with i ≠ j.
  private static func sum(_ x: Matrix, _ y: Matrix, _ kernel: Kernel, withoutDiagonal: Bool) -> Double {
    let (d, columns) = (x.columns, y.rows)
    let (xSquares, ySquares) = (x.rowSquares(), y.rowSquares())
    var total = 0.0
    for start in stride(from: 0, to: x.rows, by: block) {
      let rows = min(block, x.rows - start)
      let part = Matrix(rows: rows, columns: d, elements: Array(x.elements[start * d..<(start + rows) * d]))
      let products = part.matrixProduct(y, transposingOther: true)
      let sums = [Double](unsafeUninitializedCapacity: rows) { sums, count in
        nonisolated(unsafe) let sums = sums
        products.withUnsafeElements { products in
          nonisolated(unsafe) let products = products
          parallelFor(rows, grain: 16) { range in
            for r in range {
              let row = UnsafeBufferPointer(rebasing: products[r * columns..<(r + 1) * columns])
              let skipped = withoutDiagonal ? start + r : -1
              sums[r] = rowSum(row, skipping: skipped, xSquares[start + r], ySquares, kernel)
            }
          }
        }
        count = rows
      }
      total += sums.reduce(0, +)
    }
    return total
  }

  /// The sum of the kernel's values for one row of dot products.
  private static func rowSum(
    _ products: UnsafeBufferPointer<Double>, skipping skipped: Int, _ xSquare: Double, _ ySquares: [Double],
    _ kernel: Kernel
  ) -> Double {
    var sum = 0.0
    switch kernel {
    case .polynomial(let degree, let scale, let constant):
      for j in products.indices where j != skipped {
        let base = (scale ?? 1) * products[j] + constant
        var value = base
        for _ in 1..<degree { value *= base }
        sum += value
      }
    case .gaussian(let deviation):
      let factor = -1 / (2 * deviation * deviation)
      for j in products.indices where j != skipped {
        // Rounding may leave the square of a distance a little below 0.
        sum += exp(factor * max(0, xSquare + ySquares[j] - 2 * products[j]))
      }
    case .gaussianOfMedianDistance:
      preconditionFailure("The median distance is found before kernel values are computed.")
    }
    return sum
  }
}

extension Matrix {
  /// The rows less this one.
  fileprivate func shifted(by centre: [Double]) -> Matrix {
    Matrix(rows: rows, columns: columns) { destination in
      for i in 0..<rows {
        for k in 0..<columns { destination[i * columns + k] = elements[i * columns + k] - centre[k] }
      }
    }
  }

  /// |xᵢ|² of each row.
  fileprivate func rowSquares() -> [Double] {
    (0..<rows).map { i in
      (i * columns..<(i + 1) * columns).reduce(0) { $0 + elements[$1] * elements[$1] }
    }
  }
}
