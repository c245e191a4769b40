#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Factor analysis: x = μ + Λ f + e with k factors f ~ N(0, I) and noise e ~ N(0, Ψ), Ψ diagonal, so that x ~ N(μ, Λ Λᵀ + Ψ). A
/// Gaussian density with d (k + 2) parameters in the place of d²/2; as a scorer, −ln p(x).
///
/// ```swift
/// let model = try FactorAnalysis(fitting: table, factors: 3)
/// let nats = try model.logDensity(rows)
/// ```
///
/// Fitted by the expectation maximisation of D. B. Rubin and D. T. Thayer, 1982, on standardized columns, which changes no optimum
/// and makes the fit invariant to the columns' units. The likelihood never falls. An iteration costs d² k + n-free terms: the data
/// enter by their covariance alone.
public struct FactorAnalysis: DensityModel, TableScorer {
  public static let kind = "factor-analysis"

  /// μ.
  public let mean: [Double]
  /// Λ, [d, k].
  public let loadings: Matrix
  /// The diagonal of Ψ.
  public let noiseVariances: [Double]
  private let concentration: Concentration

  /// Fits to the rows of a table.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - factors: k, at most the number of columns.
  ///   - iterations: The most iterations.
  ///   - tolerance: The gain of the mean log-likelihood, in nats, below which the fit ends.
  ///   - leastNoise: The smallest share of a column's variance that is noise; keeps a column that the factors explain wholly from a
  ///     density without bound (a Heywood case).
  /// - Throws: `TableError` for fewer than two rows, entries that are not finite or whose squares overflow, constant columns, and
  ///   settings that can't be.
  public init(
    fitting x: Matrix, factors: Int = 2, iterations: Int = 1000, tolerance: Double = 1e-8,
    leastNoise: Double = 1e-6
  ) throws {
    try x.checkTraining(rows: 2, "to estimate a covariance")
    try x.checkVariances()
    guard factors >= 1, factors <= x.columns else {
      throw TableError.invalidSetting(
        name: "factors", value: "\(factors)", expected: "between 1 and the number of columns, \(x.columns)")
    }
    guard iterations >= 1, tolerance >= 0, leastNoise > 0, leastNoise < 1 else {
      throw TableError.invalidSetting(
        name: "iterations, tolerance or least noise", value: "\(iterations), \(tolerance), \(leastNoise)",
        expected: "at least 1, at least 0, and between 0 and 1")
    }
    let moments = try Moments(of: x)
    let scales = try (0..<x.columns).map { j in
      if let value = x.constantValue(ofColumn: j) {
        throw TableError.constantColumn(column: j, value: value)
      }
      return moments.covariance[j, j].squareRoot()
    }
    let correlation = Matrix(rows: x.columns, columns: x.columns) { element in
      for a in 0..<x.columns {
        for b in 0..<x.columns {
          element[a * x.columns + b] = moments.covariance[a, b] / (scales[a] * scales[b])
        }
      }
    }
    var fit = try FactorFit(correlation, factors: factors, leastNoise: leastNoise)
    var last = -Double.infinity
    for _ in 0..<iterations {
      let likelihood = try fit.step()
      if likelihood - last < tolerance { break }
      last = likelihood
    }
    try self.init(
      mean: moments.mean,
      loadings: Matrix(rows: x.columns, columns: factors) { element in
        for j in 0..<x.columns {
          for k in 0..<factors { element[j * factors + k] = fit.loadings[j, k] * scales[j] }
        }
      }, noiseVariances: zip(fit.noise, scales).map { $0 * $1 * $1 })
  }

  /// A model of known parameters. Traps unless the shapes agree.
  /// - Throws: `TableError.singularCovariance` when Λ Λᵀ + Ψ is not positive definite.
  public init(mean: [Double], loadings: Matrix, noiseVariances: [Double]) throws {
    precondition(
      loadings.rows == mean.count && noiseVariances.count == mean.count,
      "Factor analysis of \(mean.count) columns takes as many rows of loadings and noise variances, not \(loadings.rows) and \(noiseVariances.count)."
    )
    var covariance = loadings.matrixProduct(loadings, transposingOther: true)
    for j in mean.indices { covariance[j, j] += noiseVariances[j] }
    guard let concentration = Concentration(Moments(mean: mean, covariance: covariance)) else {
      throw TableError.singularCovariance(advice: "a noise variance is 0; remove that column")
    }
    self.mean = mean
    self.loadings = loadings
    self.noiseVariances = noiseVariances
    self.concentration = concentration
  }

  public var featureCount: Int { mean.count }

  /// Number of factors, k.
  public var factorCount: Int { loadings.columns }

  /// Λ Λᵀ + Ψ.
  public var covariance: Matrix {
    var covariance = loadings.matrixProduct(loadings, transposingOther: true)
    for j in mean.indices { covariance[j, j] += noiseVariances[j] }
    return covariance
  }

  public func logDensity(checked x: Matrix) -> [Double] {
    let constant = Double(mean.count) * log(2 * Double.pi) + concentration.logDeterminant
    return concentration.distances(x).map { -($0 + constant) / 2 }
  }

  /// −ln p(x) of each row, in nats.
  public func score(checked x: Matrix) -> [Double] { logDensity(checked: x).map { -$0 } }

  public func sample(count: Int, using random: inout RandomGenerator) -> Matrix {
    let (d, k) = (mean.count, factorCount)
    return Matrix(rows: count, columns: d) { destination in
      for i in 0..<count {
        let normal = random.normalDoubles(k + d)
        for j in 0..<d {
          var value = mean[j] + noiseVariances[j].squareRoot() * normal[k + j]
          for f in 0..<k { value += loadings[j, f] * normal[f] }
          destination[i * d + j] = value
        }
      }
    }
  }
}

extension FactorAnalysis: TableFitted {
  public struct FitSettings: Codable, Hashable, Sendable {
    public var factors = 2
    public var iterations = 1000
    public var tolerance = 1e-8
    public var leastNoise = 1e-6

    public init() {}
  }

  public static var defaultFitSettings: FitSettings { FitSettings() }
  public static var summary: String { "a Gaussian of a few factors and noise" }

  public static func fitted(to x: Matrix, settings: FitSettings, seed: UInt64) throws -> FactorAnalysis {
    try FactorAnalysis(
      fitting: x, factors: settings.factors, iterations: settings.iterations, tolerance: settings.tolerance,
      leastNoise: settings.leastNoise)
  }
}

extension FactorAnalysis: Model {
  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) {
    archive["mean"] = .float64(mean, shape: [mean.count])
    archive["loadings"] = .float64(loadings.elements, shape: [loadings.rows, loadings.columns])
    archive["noise-variances"] = .float64(noiseVariances, shape: [mean.count])
  }

  public init(from archive: ModelArchive) throws {
    let loadings = try archive.finiteMatrix("loadings")
    try self.init(
      mean: archive.finiteDoubles("mean", shape: [loadings.rows]), loadings: loadings,
      noiseVariances: archive.positiveDoubles("noise-variances", shape: [loadings.rows]))
  }
}
