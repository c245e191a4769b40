import CKernels
import GenModels

/// The squared Mahalanobis distance (P. C. Mahalanobis, 1936) from the centre of the training rows as a
/// score: (x − μ)ᵀ Σ⁻¹ (x − μ), of mean d for rows from the training distribution.
///
/// ```swift
/// let scorer = try Mahalanobis(fitting: train)                                 // the empirical covariance
/// let robust = try Mahalanobis(fitting: train, covariance: .minimumDeterminant())
/// let custom = try Mahalanobis(Moments(mean: m, covariance: s))
/// ```
///
/// **Singular covariances** (constant or linearly dependent columns, fewer rows than columns): by default Σ⁻¹
/// is the pseudo-inverse, and directions in which the training rows don't vary at all count nothing: a new
/// row that deviates only there scores as if it did not deviate, and contributions say nothing of it. `rank`
/// tells the number of directions that count. Ask for `.refused` to get an error instead, or for
/// `.ledoitWolf`, whose covariance is not singular.
///
/// **Units** of the columns don't matter to the empirical and the robust estimate: which directions don't vary is
/// decided in units of the columns' deviations (`EquilibratedCovariance`), and so are the orthogonal projections onto
/// those that do. The shrunk estimate is drawn towards equal variances in the units given.
///
/// Scoring costs d·rank multiply-adds a row. A table with fewer rows than columns is fitted by way of its n·n inner
/// products, at 4·n²·d operations, and no d·d matrix is made unless `moments` or `precision` are asked for.
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
    /// The pseudo-inverse: directions without variance, in units of the columns' deviations, count nothing.
    case pseudoInverse
    /// `TableError.singularCovariance` is thrown.
    case refused
  }

  /// The centre and the covariance, of d² numbers; made anew where the table had fewer rows than columns.
  public var moments: Moments {
    switch form {
    case .moments(let moments): moments
    case .fewRows(let rows): rows.moments
    }
  }
  /// The directions in which the covariance is not zero.
  public var rank: Int { shrunk == nil ? whitening.rows : featureCount }
  /// Σ⁻¹, of d² numbers, made anew.
  public var precision: Matrix {
    let product = whitening.matrixProduct(whitening, transposingSelf: true)
    guard let shrunk else { return product }
    return Matrix.identity(featureCount) * (1 / shrunk) - product
  }

  /// The mean of each column.
  private let centre: [Double]
  /// W with Σ⁻¹ = WᵀW; of a shrunk covariance of few rows, Σ⁻¹ = I / τ − WᵀW.
  private let whitening: Matrix
  private let form: Form

  private enum Form: Sendable {
    case moments(Moments)
    case fewRows(FewRowsCovariance)
  }

  /// τ, the variance in all directions that the rows of a shrunk covariance of few rows don't vary in.
  private var shrunk: Double? {
    if case .fewRows(let rows) = form { rows.floor } else { nil }
  }

  /// Fits to the rows of `x`.
  /// - Throws: `TableError` for fewer than two rows, entries that are not finite or are above 10¹⁵⁰ in magnitude,
  ///   columns that vary by less than 10⁻¹⁵⁰, columns that are all constant, and a singular covariance where that is
  ///   to be refused; what `MinimumCovarianceDeterminant` throws.
  public init(
    fitting x: Matrix, covariance: Estimate = .empirical, whenSingular: SingularCovariance = .pseudoInverse
  ) throws {
    try x.checkTraining(rows: 2, "to estimate a covariance")
    try x.checkVariances()
    switch covariance {
    case .minimumDeterminant(let fraction, let regularization, let seed):
      try self.init(
        MinimumCovarianceDeterminant(
          fitting: x, supportFraction: fraction, regularization: regularization, seed: seed
        ).moments, whenSingular: whenSingular)
    case .ledoitWolf where x.rows < x.columns:
      if let rows = try FewRowsCovariance(ledoitWolf: x) {
        self.init(rows)
      } else {
        try self.init(fitting: x, whenSingular: whenSingular)
      }
    case .empirical where x.rows < x.columns:
      let found = try EquilibratedCovariance(ofFewRows: x)
      try Self.check(found, whenSingular)
      self.init(FewRowsCovariance(found))
    case .empirical: try self.init(Moments(of: x), whenSingular: whenSingular)
    case .ledoitWolf: try self.init(Moments.ledoitWolf(x).moments, whenSingular: whenSingular)
    }
  }

  /// The scorer for a given centre and covariance.
  /// - Throws: `TableError.singularCovariance` when the covariance is zero or has an eigenvalue below zero by
  ///   more than rounding, or is singular where that is to be refused; `LinearAlgebraError` when it is not
  ///   finite.
  public init(_ moments: Moments, whenSingular: SingularCovariance = .pseudoInverse) throws {
    let found = try EquilibratedCovariance(moments)
    try Self.check(found, whenSingular)
    form = .moments(moments)
    centre = moments.mean
    whitening = found.whitening
  }

  private init(_ rows: FewRowsCovariance) {
    form = .fewRows(rows)
    centre = rows.mean
    whitening = rows.whitening
  }

  private static func check(_ found: EquilibratedCovariance, _ whenSingular: SingularCovariance)
    throws(TableError)
  {
    let d = found.mean.count
    guard whenSingular == .refused, found.rank < d else { return }
    throw TableError.singularCovariance(
      advice:
        "\(d - found.rank) of \(d) directions have no variance; remove constant and linearly dependent columns, "
        + "give more rows, or use the shrunk covariance")
  }

  /// (x − μ)ᵀ Σ⁻¹ (x − μ) of rows that were checked; at most the greatest finite number.
  func distances(_ x: Matrix) -> [Double] {
    guard let shrunk else {
      return squaredNorms(
        x, mean: centre, factor: whitening.elements, rank: whitening.rows, shape: ood_gaussian_dense)
    }
    let less = squaredNorms(
      x, mean: centre, factor: whitening.elements, rank: whitening.rows, shape: ood_gaussian_dense)
    let scale = Array(repeating: 1 / shrunk.squareRoot(), count: centre.count)
    let all = squaredNorms(x, mean: centre, factor: scale, rank: centre.count, shape: ood_gaussian_diagonal)
    return zip(all, less).map { max(0, $0 - ($0 < .greatestFiniteMagnitude ? $1 : 0)) }
  }
}

extension Mahalanobis: TableScorer {
  public static let kind = "mahalanobis"
  public var featureCount: Int { centre.count }

  public func score(checked x: Matrix) throws -> [Double] {
    return distances(x)
  }

  public struct Configuration: Codable, Hashable, Sendable {
    /// τ of a shrunk covariance of few rows; files written before there was one have none.
    var floor: Double?
  }

  public var configuration: Configuration {
    guard case .fewRows(let rows) = form else { return Configuration() }
    return Configuration(floor: rows.floor)
  }

  public func encode(to archive: inout ModelArchive) throws {
    let d = featureCount
    archive["mean"] = .float64(centre, shape: [d])
    switch form {
    case .moments(let moments):
      archive["covariance"] = .float64(moments.covariance.elements, shape: [d, d])
    case .fewRows(let rows):
      // Not d² numbers: the directions that the rows span, their variances, and the units.
      archive["directions"] = .float64(rows.directions.elements, shape: [rows.directions.rows, d])
      archive["variances"] = .float64(rows.variances, shape: [rows.variances.count])
      archive["deviations"] = .float64(rows.deviations, shape: [d])
    }
  }

  public init(from archive: ModelArchive) throws {
    let mean = try archive.finiteDoubles("mean")
    guard archive["directions"] == nil else {
      let directions = try archive.finiteMatrix("directions")
      let deviations = try archive.finiteDoubles("deviations", shape: [mean.count])
      let floor = try archive.configuration(as: Configuration.self).floor
      guard directions.columns == mean.count, deviations.allSatisfy({ $0 >= 0 }), floor ?? 1 > 0 else {
        throw ModelFileError.malformed(
          reason: "the directions, deviations and floor of a covariance don't belong together")
      }
      self.init(
        FewRowsCovariance(
          mean: mean, deviations: deviations,
          variances: try archive.positiveDoubles("variances", shape: [directions.rows]),
          directions: directions, floor: floor))
      return
    }
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
    let centred = x.centred(centre)
    var solved = centred.matrixProduct(whitening, transposingOther: true).matrixProduct(whitening)
    if let shrunk { solved = centred * (1 / shrunk) - solved }
    return Matrix(
      rows: x.rows, columns: featureCount,
      elements: zip(centred.elements, solved.elements).map { ($0 * $1).saturated })
  }
}
