import CKernels
import GenModels

/// The squared Mahalanobis distance (P. C. Mahalanobis, 1936) from the centre of the training rows as a
/// score: (x − μ)ᵀ Σ⁻¹ (x − μ), of mean d for rows from the training distribution.
///
///     let scorer = try Mahalanobis(fitting: train)                                 // the empirical covariance
///     let robust = try Mahalanobis(fitting: train, covariance: .minimumDeterminant())
///     let custom = try Mahalanobis(Moments(mean: m, covariance: s))
///
/// **Singular covariances** (constant or linearly dependent columns, fewer rows than columns): by default Σ⁻¹
/// is the pseudo-inverse, and directions in which the training rows don't vary at all count nothing: a new
/// row that deviates only there scores as if it did not deviate, and contributions say nothing of it. `rank`
/// tells the number of directions that count. Ask for `.refused` to get an error instead, or for
/// `.ledoitWolf`, whose covariance is not singular.
///
/// Scoring costs d·rank multiply-adds a row.
public struct Mahalanobis: Sendable {
  /// How the covariance is estimated.
  public enum Estimate: Sendable, Hashable {
    /// The maximum-likelihood estimate.
    case empirical
    /// Shrunk toward a multiple of the identity (`Moments.ledoitWolf`).
    case ledoitWolf
    /// The robust estimate of `MinimumCovarianceDeterminant`.
    case minimumDeterminant(supportFraction: Double? = nil, regularization: Double = 0, seed: UInt64 = 0)
  }

  /// What is done about a covariance that has no inverse.
  public enum SingularCovariance: String, Sendable, Hashable, Codable {
    /// The pseudo-inverse: eigenvalues up to d·2⁻⁵²·(the largest) count as zero.
    case pseudoInverse
    /// `TableError.singularCovariance` is thrown.
    case refused
  }

  /// The centre and the covariance.
  public let moments: Moments
  /// The directions in which the covariance is not zero.
  public var rank: Int { whitening.rows }
  /// W with Σ⁻¹ = WᵀW.
  private let whitening: Matrix
  /// Σ⁻¹.
  public let precision: Matrix

  /// Fits to the rows of `x`.
  /// - Throws: `TableError` for fewer than two rows, entries that are not finite, columns that are all
  ///   constant, and a singular covariance where that is to be refused; what `MinimumCovarianceDeterminant`
  ///   throws.
  public init(
    fitting x: Matrix, covariance: Estimate = .empirical, whenSingular: SingularCovariance = .pseudoInverse
  ) throws {
    try x.checkTraining(rows: 2, "to estimate a covariance")
    let moments =
      switch covariance {
      case .empirical: try Moments(of: x)
      case .ledoitWolf: try Moments.ledoitWolf(x).moments
      case .minimumDeterminant(let fraction, let regularization, let seed):
        try MinimumCovarianceDeterminant(
          fitting: x, supportFraction: fraction, regularization: regularization, seed: seed
        ).moments
      }
    try self.init(moments, whenSingular: whenSingular)
  }

  /// The scorer for a given centre and covariance.
  /// - Throws: `TableError.singularCovariance` when the covariance is zero or has an eigenvalue below zero by
  ///   more than rounding, or is singular where that is to be refused; `LinearAlgebraError` when it is not
  ///   finite.
  public init(_ moments: Moments, whenSingular: SingularCovariance = .pseudoInverse) throws {
    self.moments = moments
    let d = moments.mean.count
    let eigen = try SymmetricEigen(moments.covariance)
    let largest = max(eigen.values.last ?? 0, -(eigen.values.first ?? 0))
    let smallest = Double(d) * 0x1p-52 * largest
    let kept = eigen.values.indices.filter { eigen.values[$0] > smallest }
    guard !kept.isEmpty, eigen.values[0] >= -1e3 * smallest else {
      throw TableError.singularCovariance(
        advice: kept.isEmpty
          ? "every column is constant, so there is no distance"
          : "it has a negative eigenvalue, \(eigen.values[0])")
    }
    if whenSingular == .refused, kept.count < d {
      throw TableError.singularCovariance(
        advice:
          "\(d - kept.count) of \(d) directions have no variance; remove constant and linearly dependent columns, "
          + "give more rows, or use the shrunk covariance")
    }
    whitening = Matrix(rows: kept.count, columns: d) { destination in
      for (row, j) in kept.enumerated() {
        let factor = 1 / eigen.values[j].squareRoot()
        for k in 0..<d { destination[row * d + k] = eigen.vectors[k, j] * factor }
      }
    }
    precision = whitening.matrixProduct(whitening, transposingSelf: true)
  }

  /// (x − μ)ᵀ Σ⁻¹ (x − μ) of rows that were checked.
  func distances(_ x: Matrix) -> [Double] {
    squaredNorms(
      x, mean: moments.mean, factor: whitening.elements, rank: whitening.rows, shape: ood_gaussian_dense)
  }
}

extension Mahalanobis: TableScorer {
  public static let kind = "mahalanobis"
  public var featureCount: Int { moments.mean.count }

  public func score(checked x: Matrix) throws -> [Double] {
    return distances(x)
  }

  public struct Configuration: Codable, Hashable, Sendable {}

  public var configuration: Configuration { Configuration() }

  public func encode(to archive: inout ModelArchive) throws {
    archive["mean"] = .float64(moments.mean, shape: [featureCount])
    archive["covariance"] = .float64(moments.covariance.elements, shape: [featureCount, featureCount])
  }

  public init(from archive: ModelArchive) throws {
    let mean = try archive.finiteDoubles("mean")
    let covariance = try archive.finiteDoubles("covariance", shape: [mean.count, mean.count])
    try self.init(
      Moments(mean: mean, covariance: Matrix(rows: mean.count, columns: mean.count, elements: covariance)))
  }
}

extension Mahalanobis: ExplainableScorer {
  public var contributionRule: ContributionRule { .sum }

  /// (x − μ)ₖ · (Σ⁻¹ (x − μ))ₖ for each feature k. They sum to the score; where features are correlated,
  /// single ones may be negative: the feature then is as the others lead to expect.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let d = featureCount
    let centred = Matrix(rows: x.rows, columns: d) { destination in
      x.withUnsafeElements { elements in
        for i in 0..<x.rows {
          for k in 0..<d { destination[i * d + k] = elements[i * d + k] - moments.mean[k] }
        }
      }
    }
    let solved = centred.matrixProduct(precision)
    return Matrix(
      rows: x.rows, columns: d, elements: zip(centred.elements, solved.elements).map { $0 * $1 })
  }
}
