import CKernels
import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The minimum covariance determinant estimate of centre and covariance, which outliers don't move as long as
/// they are fewer than n − h: the mean and covariance of those h of n rows whose covariance has the least
/// determinant.
///
/// Found with the FastMCD algorithm (P. J. Rousseeuw and K. Van Driessen, 1999): many random starts, each
/// improved by concentration steps (take the h rows nearest in the Mahalanobis distance of the last
/// estimate), first on subsets of about 300 rows, the best of them on 1500, the best of those on all rows
/// until nothing changes. Starts alternate between d + 1 random rows, which outliers seldom spoil, and h. In
/// one dimension the exact minimum is found instead. Then two steps follow, as in scikit-learn: the distances
/// are made consistent with the normal distribution (C. Croux and G. Haesbroeck, 1999), and rows within its
/// 97.5% quantile are given weight 1, the others 0, for the final estimate.
///
/// Where n·d² is small, more than 10 starts are carried to the end (all 500 up to n·d² = 200,000), and the best
/// ends are improved by exchanging single rows (D. M. Hawkins, 1994), which reaches determinants that
/// concentration steps alone don't.
///
/// The search is random, and the same for the same seed; the determinant found is a minimum over the starts.
/// Columns that are constant or depend linearly on others are no obstacle: the search runs in the space that
/// the rows span. The cost is mostly that of 10 to 20 concentration steps for each of 10 starts on all rows,
/// n·d² operations each.
///
/// **Exact fits**: when h rows lie in fewer dimensions than all do (a column in which more than half of the
/// entries are equal does this), the least determinant is 0, and distances from those rows' plane have no
/// scale. The estimate then is, unless asked otherwise, the regularised one of K. Boudt, P. J. Rousseeuw, S.
/// Vanduffel and T. Verdonck (2020) with ρ = 0.1, which has a determinant above 0: rows off the plane score
/// high, and those far off higher. `regularization` tells whether that happened. (scikit-learn's `MinCovDet`
/// warns and uses the pseudo-inverse, for which being off the plane counts nothing.)
public struct MinimumCovarianceDeterminant: Sendable {
  /// The reweighted estimate, consistent for normal data.
  public let moments: Moments
  /// The mean and covariance of the h rows, as they are.
  public let raw: Moments
  /// The natural logarithm of the determinant of the raw covariance (regularised if asked for); of its
  /// non-zero eigenvalues' product when the rows don't span all dimensions.
  public let logDeterminant: Double
  /// ρ: what was asked for, or `exactFitRegularization` where h rows lie in fewer dimensions than all do.
  public let regularization: Double
  /// The h rows, ascending.
  public let support: [Int]
  /// The rows that the final estimate counts, ascending.
  public let reweightedSupport: [Int]

  /// What is done when h rows lie in fewer dimensions than all do, so that the least determinant is 0.
  public enum ExactFit: String, Sendable, Hashable, Codable {
    /// The search is repeated with `exactFitRegularization`.
    case regularized
    /// `TableError.singularCovariance` is thrown.
    case refused
  }

  /// ρ for exact fits. With it, no direction's variance is below a tenth of that of all rows. Of 0.02 to 0.3, it is the one
  /// that loses little on any of seven tables of ADBench where half of the rows lie in fewer dimensions, and gains much on
  /// some (Docs/detectors.md).
  public static let exactFitRegularization = 0.1

  /// The share of rows that normal data keep when reweighted.
  static let keptShare = 0.975

  /// Fits to the rows of `x`.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - supportFraction: h/n. Without one, h = ⌈(n + d + 1)/2⌉, the most robust choice; larger ones are more
  ///     accurate on clean data.
  ///   - regularization: ρ in 0..<1. Every covariance Σ counts as ρ T + (1 − ρ) Σ, where T is the covariance
  ///     of all rows (the estimate of Boudt et al., 2020, with T for the target): above 0, the determinant is
  ///     never 0.
  ///   - whenExact: What is done about an exact fit.
  ///   - seed: Of the random starts.
  /// - Throws: `TableError` for entries that are not finite, too large or too close for squares, for fewer than 2 rows, h below 2 or a fraction
  ///   not in (0, 1], for fewer rows than needed to give h rows a covariance, and for exact fits that are to be
  ///   refused.
  public init(
    fitting x: Matrix, supportFraction: Double? = nil, regularization: Double = 0,
    whenExact: ExactFit = .regularized, seed: UInt64 = 0
  ) throws {
    try x.checkTraining(rows: 2, "to estimate a covariance")
    try x.checkVariances()
    let (n, d) = (x.rows, x.columns)
    if let supportFraction, !(supportFraction > 0 && supportFraction <= 1) {
      throw TableError.invalidSetting(
        name: "supportFraction", value: "\(supportFraction)", expected: "above 0 and at most 1")
    }
    guard regularization >= 0, regularization < 1 else {
      throw TableError.invalidSetting(
        name: "regularization", value: "\(regularization)", expected: "at least 0 and below 1")
    }
    let h = supportFraction.map { Int($0 * Double(n)) } ?? min(n, (n + d + 2) / 2)
    guard h < n || supportFraction != nil || regularization > 0 else {
      throw TableError.tooFewRows(
        found: n, needed: d + 3, reason: "to leave out any of them from a covariance of \(d) columns")
    }
    let space = try RowSpace(x, leastRows: h)
    guard h > space.rank || (regularization > 0 && h >= 2) else {
      throw TableError.tooFewRows(
        found: n, needed: 2 * (space.rank + 1), reason: "for half of them to span \(space.rank) dimensions")
    }
    let z = space.coordinates(x)
    var used = regularization
    var found = Self.search(z, h, used, among: space.tame, seed)
    if found == nil, regularization == 0, whenExact == .regularized {
      used = Self.exactFitRegularization
      found = Self.search(z, h, used, among: space.tame, seed)
    }
    guard let (estimate, chosen) = found else {
      throw TableError.singularCovariance(
        advice:
          "\(h) of the \(n) rows lie in fewer dimensions than all do (a column that is nearly always the same "
          + "does this), so the least determinant is 0; remove such columns, raise the support fraction, "
          + "give a regularization, or use the empirical or the shrunk covariance")
    }
    self.regularization = used
    support = chosen.map(Int.init).sorted()
    logDeterminant = estimate.logDeterminant + space.logVolume
    raw = Moments(of: x, weights: Self.weights(support, n))

    let distances = estimate.distances(z)
    let consistency = Self.consistencyFactor(space.rank, Double(h) / Double(n))
    let cut = ChiSquared(space.rank).quantile(Self.keptShare) * consistency
    reweightedSupport = (0..<n).filter { distances[$0] < cut }
    var final = Moments(of: x, weights: Self.weights(reweightedSupport, n))
    final.covariance =
      final.covariance * ((1 - used) * Self.consistencyFactor(space.rank, Self.keptShare))
      + space.covariance * used
    moments = final
  }

  /// As below, among some rows.
  private static func search(
    _ z: Matrix, _ h: Int, _ regularization: Double, among rows: [Int32], _ seed: UInt64
  ) -> (Concentration, [Int32])? {
    guard rows.count < z.rows else { return search(z, h, regularization, seed) }
    guard let (estimate, chosen) = search(z.rows(rows), h, regularization, seed) else { return nil }
    return (estimate, chosen.map { rows[Int($0)] })
  }

  /// The h rows of least determinant, ascending, and their estimate; nil when their covariance is singular.
  private static func search(
    _ z: Matrix, _ h: Int, _ regularization: Double, _ seed: UInt64
  ) -> (Concentration, [Int32])? {
    let rows: [Int32]
    if h == z.rows {
      rows = (0..<Int32(h)).map { $0 }
    } else if z.columns == 1 {
      rows = leastVariance(z.elements, h)
    } else {
      return ConcentrationSearch(
        z, h: h, regularization: regularization, random: RandomGenerator(seed: seed)
      ).run()
    }
    let moments = Moments(of: z, weights: weights(rows.map(Int.init), z.rows)).regularized(regularization)
    guard let estimate = Concentration(moments), estimate.logDeterminant.isFinite else { return nil }
    return (estimate, rows)
  }

  private static func weights(_ rows: [Int], _ n: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: n)
    for i in rows { weights[i] = 1 }
    return weights
  }

  /// What the covariance of the central share α of normal data is multiplied by to become the covariance of
  /// all (Croux and Haesbroeck, 1999): α / P(χ²(d + 2) ≤ the α quantile of χ²(d)).
  static func consistencyFactor(_ d: Int, _ share: Double) -> Double {
    guard share < 1 else { return 1 }
    return share / ChiSquared(d + 2).cumulative(ChiSquared(d).quantile(share))
  }

  /// The h numbers of least variance: consecutive ones, in order of size.
  private static func leastVariance(_ values: [Double], _ h: Int) -> [Int32] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    let sorted = order.map { values[$0] }
    var best = (variance: Double.infinity, first: 0)
    // Each window's sums are taken about its own middle value, so that no digits cancel; from one window to
    // the next they shift.
    var (sum, square, origin) = (0.0, 0.0, sorted[0])
    for first in 0...(sorted.count - h) {
      if first % 256 == 0 {
        origin = sorted[first + h / 2]
        (sum, square) = (0, 0)
        for i in first..<first + h {
          let value = sorted[i] - origin
          sum += value
          square += value * value
        }
      } else {
        let (gone, come) = (sorted[first - 1] - origin, sorted[first + h - 1] - origin)
        sum += come - gone
        square += come * come - gone * gone
      }
      let variance = square / Double(h) - (sum / Double(h)) * (sum / Double(h))
      if variance < best.variance { best = (variance, first) }
    }
    return order[best.first..<best.first + h].map(Int32.init)
  }
}

/// The space that rows span: principal directions, in units of the columns' deviations, with unit variance. The search
/// is the same in any coordinates, and best conditioned in these.
private struct RowSpace {
  /// The covariance of all rows, but those so far off that it would be theirs.
  let covariance: Matrix
  /// The rows that are not wildly far off.
  let tame: [Int32]
  private let found: EquilibratedCovariance
  private let whitening: Matrix
  var rank: Int { found.rank }

  /// Robust scales away from the median from which on a row has no say in the coordinates: beside it the others' own
  /// spread would drown in rounding.
  private static let wildDistance = 1e6

  init(_ x: Matrix, leastRows: Int) throws {
    let near = Self.tameRows(x)
    // As many as the search chooses from, at least.
    tame = near.count > leastRows ? near : (0..<Int32(x.rows)).map { $0 }
    let moments = try Moments(of: tame.count < x.rows ? x.rows(tame) : x)
    covariance = moments.covariance
    found = try EquilibratedCovariance(moments)
    whitening = found.whitening
  }

  /// The rows that lie in no column further off; columns of which more than half are equal don't count.
  private static func tameRows(_ x: Matrix) -> [Int32] {
    var isWild = [Bool](repeating: false, count: x.rows)
    for j in 0..<x.columns {
      let column = x.column(j)
      let sorted = column.sorted()
      let (centre, deviation) = (
        Quantiles.median(sorted: sorted), Quantiles.medianAbsoluteDeviation(sorted: sorted)
      )
      guard deviation > 0, sorted[sorted.count - 1] - sorted[0] > wildDistance * deviation else { continue }
      for i in column.indices where abs(column[i] - centre) > wildDistance * deviation { isWild[i] = true }
    }
    return (0..<Int32(x.rows)).filter { !isWild[Int($0)] }
  }

  /// ln of what a determinant in these coordinates is to be multiplied by for one in the table's own (in the space that
  /// the rows span, where that is not all).
  var logVolume: Double {
    let units = found.deviations.filter { $0 > 0 }
    if units.count == rank {
      return found.variances.reduce(0) { $0 + log($1) } + 2 * units.reduce(0) { $0 + log($1) }
    }
    // The directions A = Λ^½ Qᵀ D are not orthogonal in the table's units; their Gram determinant is the volume.
    let loadings = found.loadings
    let gram = loadings.matrixProduct(loadings, transposingOther: true)
    return (try? Cholesky(gram).logDeterminant) ?? -.infinity
  }

  func coordinates(_ x: Matrix) -> Matrix {
    x.centred(found.mean).matrixProduct(whitening, transposingOther: true)
  }
}
