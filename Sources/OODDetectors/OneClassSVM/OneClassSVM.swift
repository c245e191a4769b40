import GenModels

/// The one-class support vector machine (B. Schölkopf, J. C. Platt, J. Shawe-Taylor, A. J. Smola and R. C.
/// Williamson, 2001): a half-space, in the kernel's feature space, that holds all but about the share ν of
/// the training rows. The score is ρ − Σᵢ αᵢ K(xᵢ, x), above 0 outside.
///
/// ```swift
/// let machine = try OneClassSVM(fitting: train, nu: 0.05)
/// let outside = try machine.score(test).map { $0 > 0 }
/// ```
///
/// Decision values agree with libsvm's (0 ≤ αᵢ ≤ 1, Σα = ν·n) to the tolerance of the solver. They are in the
/// units of K times a count of rows: where they all are of the size of `tolerance`, as with a linear kernel on
/// centred columns (the half-space then has no direction: w = 0), they and their order mean nothing. The cost is
/// between n² and n³ kernel values when fitting: for some ten thousand rows; scoring costs d times the number
/// of support vectors a row.
public struct OneClassSVM: Sendable {
  /// The training rows with αᵢ > 0.
  public let supportVectors: Matrix
  /// Their αᵢ.
  public let coefficients: [Double]
  /// ρ.
  public let offset: Double
  /// ½ αᵀKα, which the fit minimises: above the least value by at most tolerance · ν · n. Nil for a machine
  /// that was loaded.
  public let objective: Double?
  /// Pairs of variables that the solver changed; 0 for a machine that was loaded.
  public let iterations: Int
  private let kernel: ResolvedKernel

  /// Fits to the rows of `x`.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - nu: ν in (0, 1]: an upper bound on the share of training rows outside, a lower bound on that of
  ///     support vectors.
  ///   - kernel: k(x, y).
  ///   - tolerance: How far the optimality conditions may be from holding.
  ///   - cacheBytes: Memory for rows of the kernel matrix.
  /// - Throws: `TableError` for entries that are not finite or too large or too close for squares, an empty table, settings out of range, and when
  ///   the conditions don't hold after max(10⁷, 100·n) iterations.
  public init(
    fitting x: Matrix, nu: Double = 0.5, kernel: SupportVectorKernel = .radial(), tolerance: Double = 1e-3,
    cacheBytes: Int = 200 << 20
  ) throws {
    try x.checkTraining()
    try x.checkDistances()
    guard nu > 0, nu <= 1 else {
      throw TableError.invalidSetting(name: "nu", value: "\(nu)", expected: "above 0 and at most 1")
    }
    guard tolerance > 0 else {
      throw TableError.invalidSetting(name: "tolerance", value: "\(tolerance)", expected: "above 0")
    }
    let resolved = try ResolvedKernel(kernel, x)
    let diagonal = x.withUnsafeElements { elements in
      (0..<x.rows).map { i in
        resolved.gamma != nil
          ? 1
          : (0..<x.columns).reduce(0.0) { $0 + elements[i * x.columns + $1] * elements[i * x.columns + $1] }
      }
    }
    var solver = SequentialMinimalOptimization(
      rows: x.rows, nu: nu, cache: KernelCache(x, resolved, bytes: cacheBytes), diagonal: diagonal,
      tolerance: tolerance)
    let limit = max(10_000_000, 100 * x.rows)
    guard solver.run(largestIterationCount: limit) else {
      throw TableError.invalidSetting(
        name: "tolerance", value: "\(tolerance)",
        expected:
          "larger: the conditions don't hold to it after \(limit) iterations (columns of like scale help)")
    }
    let support = solver.alpha.indices.filter { solver.alpha[$0] > 0 }
    self.kernel = resolved
    supportVectors = x.rows(support.map(Int32.init))
    coefficients = support.map { solver.alpha[$0] }
    offset = solver.offset
    objective = solver.objective
    iterations = solver.iterations
  }
}

extension OneClassSVM: TableScorer {
  public static let kind = "one-class-svm"
  public var featureCount: Int { supportVectors.columns }

  public func score(checked x: Matrix) throws -> [Double] {
    let (n, d) = (supportVectors.rows, featureCount)
    return [Double](unsafeUninitializedCapacity: x.rows) { out, count in
      nonisolated(unsafe) let out = out
      x.withUnsafeElements { elements in
        supportVectors.withUnsafeElements { support in
          nonisolated(unsafe) let (rows, points) = (elements.baseAddress, support.baseAddress!)
          parallelFor(x.rows, grain: 16) { range in
            let values = Scratch<Double>(n)
            for i in range {
              kernel.values(rows! + i * d, points, d, 0..<n, values.base)
              var sum = 0.0
              for j in 0..<n { sum += coefficients[j] * values.base[j] }
              out[i] = offset - sum
              if !out[i].isFinite { out[i] = farScore(rows! + i * d) }
            }
          }
        }
      }
      count = x.rows
    }
  }

  /// The score of a row whose products with support vectors overflow: of the row shrunk by a power of two. (A Gaussian
  /// kernel is 0 that far out.)
  private func farScore(_ x: UnsafePointer<Double>) -> Double {
    let d = featureCount
    var sum = 0.0
    for j in 0..<supportVectors.rows {
      for k in 0..<d {
        sum += coefficients[j] * (x[k] * Magnitudes.shrinking * Magnitudes.shrinking) * supportVectors[j, k]
      }
    }
    return (offset - sum / Magnitudes.shrinking / Magnitudes.shrinking).saturated
  }

  public struct Configuration: Codable, Hashable, Sendable {
    var kernel: ResolvedKernel
    var offset: Double
  }

  public var configuration: Configuration { Configuration(kernel: kernel, offset: offset) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["support-vectors"] = .float64(
      supportVectors.elements, shape: [supportVectors.rows, featureCount])
    archive["coefficients"] = .float64(coefficients, shape: [coefficients.count])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    kernel = settings.kernel
    offset = settings.offset
    supportVectors = try archive.finiteMatrix("support-vectors")
    coefficients = try archive.positiveDoubles("coefficients", shape: [supportVectors.rows])
    objective = nil
    iterations = 0
  }
}
