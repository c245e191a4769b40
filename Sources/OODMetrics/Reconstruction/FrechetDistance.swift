import GenModels

/// The Fréchet distance between the Gaussians of two sets of features, squared, as it is always stated (D. C.
/// Dowson and B. V. Landau, 1982; M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler and S. Hochreiter, 2017,
/// equation 6): |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½).
///
/// ```swift
/// let distance = try FrechetDistance(generated: features(generated), real: features(test))
/// distance.squared                // in squared units of the features, 0 for equal means and covariances
/// ```
///
/// Σ are unbiased covariances (divided by n − 1). Estimated from n samples the distance is too large by about
/// a constant over n: compare models at one n, above the number of features. Cost: (n₁ + n₂) d² + 40 d³
/// operations.
public struct FrechetDistance: Sendable, Hashable {
  /// |μ₁ − μ₂|².
  public let meanTerm: Double
  /// tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½). It is never negative; what rounding leaves below 0 counts as 0.
  public let covarianceTerm: Double
  /// Their sum.
  public var squared: Double { meanTerm + covarianceTerm }

  /// The distance between two sets of features, one example a row.
  /// - Throws: `MeasureError` when a set has fewer than two examples or they differ in width; `TableError`
  ///   for features that are not finite; `LinearAlgebraError` when covariances overflow.
  public init(generated: Matrix, real: Matrix) throws {
    try generated.requireExamples(2, set: "generated", "for a covariance")
    try real.requireExamples(2, set: "real", "for a covariance")
    try generated.requireWidth(of: real, "real", set: "generated")
    try self.init(try Self.unbiasedMoments(generated), try Self.unbiasedMoments(real))
  }

  /// The distance between two Gaussians.
  /// - Throws: `MeasureError` when they differ in width or a covariance has an eigenvalue below 0 by more
  ///   than rounding; `LinearAlgebraError` for entries that are not finite.
  public init(_ first: Moments, _ second: Moments) throws {
    guard first.mean.count == second.mean.count else {
      throw MeasureError.differentWidths(
        first: "first", firstColumns: first.mean.count, second: "second", secondColumns: second.mean.count)
    }
    try requireFinite(first.mean, set: "first")
    try requireFinite(second.mean, set: "second")
    meanTerm = zip(first.mean, second.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let (a, b) = (try Self.factor(first.covariance, "first"), try Self.factor(second.covariance, "second"))
    // With Σ₁ = A Aᵀ and Σ₂ = B Bᵀ, the eigenvalues of Σ₁Σ₂ are the squares of the singular values of Aᵀ B.
    // Their sum needs no square root of a small difference, where eigenvalues of the product would lose half
    // the digits.
    let product = a.matrixProduct(b, transposingSelf: true)
    let crossing = try SingularValues(product).values.reduce(0, +)
    let traces = first.covariance.diagonal.reduce(0, +) + second.covariance.diagonal.reduce(0, +)
    covarianceTerm = max(0, traces - 2 * crossing)
  }

  private static func unbiasedMoments(_ x: Matrix) throws -> Moments {
    let moments = try Moments(of: x)
    let n = Double(x.rows)
    return Moments(mean: moments.mean, covariance: moments.covariance * (n / (n - 1)))
  }

  /// A = Q Λ^½ with A Aᵀ = Σ.
  private static func factor(_ covariance: Matrix, _ set: String) throws -> Matrix {
    let eigen = try SymmetricEigen(covariance)
    let d = covariance.rows
    let rounding = 1e-10 * (eigen.values.last.map { abs($0) } ?? 0)
    if let lowest = eigen.values.first, lowest < -rounding {
      throw MeasureError.notPositiveSemidefinite(set: set, eigenvalue: "\(lowest)")
    }
    let roots = eigen.values.map { max(0, $0).squareRoot() }
    return Matrix(rows: d, columns: d) { destination in
      for i in 0..<d { for j in 0..<d { destination[i * d + j] = eigen.vectors[i, j] * roots[j] } }
    }
  }
}
