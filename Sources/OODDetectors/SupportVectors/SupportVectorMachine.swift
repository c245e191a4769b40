import GenModels

/// The support vector machine of two classes with soft margins (C. Cortes and V. Vapnik, 1995): the half-space, in the kernel's
/// feature space, of
///
///     min ½‖w‖² + Σᵢ Cᵢ max(0, 1 − yᵢ (w·φ(xᵢ) + b)),   decision(x) = Σᵢ βᵢ K(xᵢ, x) + b,   above 0 for the positive class.
///
/// ```swift
/// let machine = try SupportVectorMachine(fitting: rows, isPositive: labels.map { $0 == 3 })
/// let isThree = try machine.decisionValues(new).map { $0 > 0 }
/// ```
///
/// Decision values agree with libsvm's to the solver's tolerance. Fitting costs between n² and n³ kernel values: for some ten
/// thousand rows; a decision costs d times the number of support vectors.
public struct SupportVectorMachine: Model, ExampleReader {
  public typealias Examples = Matrix

  public static let kind = "support-vector-machine"

  private let sum: SupportVectorSum
  /// What the dual problem's solution has as its objective, ½ βᵀKβ − Σ yᵢβᵢ. Nil for a machine that was loaded.
  public let objective: Double?
  /// Pairs of variables that the solver changed; 0 for a machine that was loaded.
  public let iterations: Int

  /// The training rows with βᵢ ≠ 0.
  public var supportVectors: Matrix { sum.vectors }
  /// Their βᵢ = yᵢ αᵢ, with |βᵢ| ≤ Cᵢ.
  public var coefficients: [Double] { sum.coefficients }
  /// b.
  public var bias: Double { -sum.offset }

  public var exampleShape: Shape { [sum.vectors.columns] }

  /// Fits to the rows of `x`.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - isPositive: The class of each row; there is at least one of either.
  ///   - cost: C, above 0.
  ///   - positiveWeight: What C is multiplied by for positive rows.
  ///   - negativeWeight: What C is multiplied by for negative rows.
  ///   - kernel: K(x, y).
  ///   - tolerance: How far the optimality conditions may be from holding.
  ///   - cacheBytes: Memory for rows of the kernel matrix.
  /// - Throws: `TableError` for entries that are not finite or too large or too close for squares, no row of a class, settings out
  ///   of range, and when the conditions don't hold after max(10⁷, 100·n) iterations; `ExampleError.labelCountDiffers`.
  public init(
    fitting x: Matrix, isPositive: [Bool], cost: Double = 1, positiveWeight: Double = 1,
    negativeWeight: Double = 1, kernel: SupportVectorKernel = .radial(), tolerance: Double = 1e-3,
    cacheBytes: Int = 200 << 20
  ) throws {
    try x.checkTraining()
    try x.checkDistances()
    guard isPositive.count == x.rows else {
      throw ExampleError.labelCountDiffers(examples: x.rows, labels: isPositive.count)
    }
    for (isWanted, name) in [(true, "positive"), (false, "negative")] {
      guard isPositive.contains(isWanted) else {
        throw TableError.tooFewRows(found: 0, needed: 1, reason: "of the \(name) class")
      }
    }
    for (name, value) in [
      ("cost", cost), ("positiveWeight", positiveWeight), ("negativeWeight", negativeWeight),
      ("tolerance", tolerance),
    ] {
      guard value > 0, value.isFinite else {
        throw TableError.invalidSetting(name: name, value: "\(value)", expected: "above 0 and finite")
      }
    }
    let resolved = try ResolvedKernel(kernel, x)
    let bounds = isPositive.map { cost * ($0 ? positiveWeight : negativeWeight) }
    let solver = SequentialMinimalOptimization(
      .init(
        linear: isPositive.map { $0 ? -1 : 1 }, lower: zip(isPositive, bounds).map { $0 ? 0 : -$1 },
        upper: zip(isPositive, bounds).map { $0 ? $1 : 0 }, start: Array(repeating: 0, count: x.rows)),
      points: x, kernel: resolved, tolerance: tolerance, cacheBytes: cacheBytes)
    let limit = max(10_000_000, 100 * x.rows)
    guard solver.run(largestIterationCount: limit) else {
      throw TableError.invalidSetting(
        name: "tolerance", value: "\(tolerance)",
        expected:
          "larger: the conditions don't hold to it after \(limit) iterations (columns of like scale and a smaller cost help)"
      )
    }
    let support = solver.beta.indices.filter { solver.beta[$0] != 0 }
    sum = SupportVectorSum(
      vectors: x.rows(support.map(Int32.init)), coefficients: support.map { solver.beta[$0] },
      offset: solver.offset, kernel: resolved)
    objective = solver.objective
    iterations = solver.iterations
  }

  /// Σᵢ βᵢ K(xᵢ, x) + b of each row; above 0 for the positive class.
  /// - Throws: `ExampleError` for rows of another width, NaN or infinities.
  public func decisionValues(_ x: Matrix) throws -> [Double] {
    try check(x)
    return decisionValues(checked: x)
  }

  func decisionValues(checked x: Matrix) -> [Double] { sum.values(x) }

  public struct Configuration: Codable, Hashable, Sendable {
    var kernel: ResolvedKernel
    var offset: Double
  }

  public var configuration: Configuration { Configuration(kernel: sum.kernel, offset: sum.offset) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["support-vectors"] = .float64(
      supportVectors.elements, shape: [supportVectors.rows, supportVectors.columns])
    archive["coefficients"] = .float64(coefficients, shape: [coefficients.count])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let vectors = try archive.finiteMatrix("support-vectors")
    sum = SupportVectorSum(
      vectors: vectors, coefficients: try archive.finiteDoubles("coefficients", shape: [vectors.rows]),
      offset: settings.offset, kernel: settings.kernel)
    objective = nil
    iterations = 0
  }
}
