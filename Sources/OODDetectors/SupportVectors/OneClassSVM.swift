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
  public var supportVectors: Matrix { decision.vectors }
  /// Their αᵢ.
  public var coefficients: [Double] { decision.coefficients }
  /// ρ.
  public var offset: Double { decision.offset }
  /// ½ αᵀKα, which the fit minimises: above the least value by at most tolerance · ν · n. Nil for a machine
  /// that was loaded.
  public let objective: Double?
  /// Pairs of variables that the solver changed; 0 for a machine that was loaded.
  public let iterations: Int
  private let decision: SupportVectorSum

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
    // The first ⌊νn⌋ variables start at 1, the next has the rest.
    let total = nu * Double(x.rows)
    let whole = Int(total)
    let zeros = [Double](repeating: 0, count: x.rows)
    let solver = SequentialMinimalOptimization(
      .init(
        linear: zeros, lower: zeros, upper: Array(repeating: 1, count: x.rows),
        start: (0..<x.rows).map { $0 < whole ? 1 : $0 == whole ? total - Double(whole) : 0 }),
      points: x, kernel: resolved, tolerance: tolerance, cacheBytes: cacheBytes)
    let limit = max(10_000_000, 100 * x.rows)
    guard solver.run(largestIterationCount: limit) else {
      throw TableError.invalidSetting(
        name: "tolerance", value: "\(tolerance)",
        expected:
          "larger: the conditions don't hold to it after \(limit) iterations (columns of like scale help)")
    }
    let support = solver.beta.indices.filter { solver.beta[$0] > 0 }
    decision = SupportVectorSum(
      vectors: x.rows(support.map(Int32.init)), coefficients: support.map { solver.beta[$0] },
      offset: solver.offset, kernel: resolved)
    objective = solver.objective
    iterations = solver.iterations
  }
}

extension OneClassSVM: TableScorer {
  public static let kind = "one-class-svm"
  public var featureCount: Int { supportVectors.columns }

  public func score(checked x: Matrix) throws -> [Double] { decision.values(x).map { -$0 } }

  public struct Configuration: Codable, Hashable, Sendable {
    var kernel: ResolvedKernel
    var offset: Double
  }

  public var configuration: Configuration { Configuration(kernel: decision.kernel, offset: offset) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["support-vectors"] = .float64(
      supportVectors.elements, shape: [supportVectors.rows, featureCount])
    archive["coefficients"] = .float64(coefficients, shape: [coefficients.count])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let vectors = try archive.finiteMatrix("support-vectors")
    decision = SupportVectorSum(
      vectors: vectors,
      coefficients: try archive.positiveDoubles("coefficients", shape: [vectors.rows]),
      offset: settings.offset, kernel: settings.kernel)
    objective = nil
    iterations = 0
  }
}
