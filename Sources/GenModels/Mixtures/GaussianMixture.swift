import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mixture of Gaussians: p(x) = Σₖ πₖ N(x; μₖ, Σₖ), fitted by expectation maximisation (A. P. Dempster, N.
/// M. Laird and D. B. Rubin, 1977). As a scorer, −ln p(x).
///
/// ```swift
/// let mixture = try GaussianMixture(fitting: train, components: 10)
/// let chosen = try GaussianMixture(fitting: train, componentsAmong: 1...12)     // by the BIC
/// let densities = try mixture.logDensity(test)
/// ```
///
/// Starting, stopping and regularisation are scikit-learn's: from the same start, the results agree. Each
/// iteration costs about 2·n·k·d² multiply-adds with full covariances, n·k·d with diagonal ones. Results
/// don't depend on the number of threads.
public struct GaussianMixture: Sendable {
  /// The components' weights πₖ; they sum to 1.
  public let weights: [Double]
  /// The means, a row a component.
  public let means: Matrix
  /// The covariances, one a component, whatever their shape, of d² numbers each.
  public var covariances: [Matrix] { storedCovariances.map(\.matrix) }
  let storedCovariances: [MixtureCovariance]
  /// What the covariances may be.
  public let shape: CovarianceShape
  /// How the fit went; nil for a mixture that was given.
  public let fit: Fit?
  let components: [Component]

  /// How a fit went.
  public struct Fit: Sendable, Hashable, Codable {
    /// Iterations of expectation maximisation.
    public var iterations: Int
    /// Whether the mean log-likelihood changed by less than the tolerance in the last one.
    public var converged: Bool
    /// The mean log-likelihood of the training rows before the last maximisation, in nats.
    public var meanLogLikelihood: Double
  }

  /// How expectation maximisation runs.
  public struct Settings: Sendable, Hashable {
    /// Added to every variance, so that no component shrinks to a point: as it is (scikit-learn's way) to columns whose
    /// variance is between 10⁻³ and 10⁶, and to others in units of these ends, so that a table in small or large units
    /// is fitted like any. (One variance for several columns: that of all of them decides.)
    public var regularization = 1e-6
    /// The change of the mean log-likelihood below which the fit ends.
    public var tolerance = 1e-3
    public var largestIterationCount = 100
    /// Fits from different starts, of which the best is kept.
    public var starts = 1
    /// Of the random starts.
    public var seed: UInt64 = 0

    public init() {}
  }

  /// A given mixture.
  /// - Throws: `TableError.singularCovariance` for a covariance that is not positive definite,
  ///   `.invalidSetting` for weights that are negative or don't sum to 1.
  public init(weights: [Double], means: Matrix, covariances: [Matrix], shape: CovarianceShape = .full) throws
  {
    let d = means.columns
    precondition(
      weights.count == means.rows && covariances.count == means.rows
        && covariances.allSatisfy { $0.rows == d && $0.columns == d },
      "A mixture of \(means.rows) means of \(d) features takes as many weights and \(d) by \(d) covariances, "
        + "and \(weights.count) weights and \(covariances.count) covariances were given.")
    try self.init(
      weights: weights, means: means, covariances: covariances.map { MixtureCovariance($0, shape) },
      shape: shape, fit: nil)
  }

  init(
    weights: [Double], means: Matrix, covariances: [MixtureCovariance], shape: CovarianceShape, fit: Fit?
  ) throws {
    guard weights.allSatisfy({ $0 >= 0 }), abs(weights.reduce(0, +) - 1) < 1e-6 else {
      throw TableError.invalidSetting(
        name: "weights", value: "\(weights)", expected: "non-negative with the sum 1")
    }
    self.weights = weights
    self.means = means
    storedCovariances = covariances
    self.shape = shape
    self.fit = fit
    components = try weights.indices.map {
      try Component(
        number: $0, weight: weights[$0], mean: means.row($0), covariance: covariances[$0])
    }
  }
}

extension GaussianMixture {
  /// Fits a mixture. Each start is k-means's (from k-means++): its clusters are the first responsibilities.
  /// - Throws: `TableError` for entries that are not finite, for fewer rows than components (or than 2), and
  ///   for a covariance that loses positive definiteness, which a larger `regularization` cures.
  public init(
    fitting x: Matrix, components: Int, shape: CovarianceShape = .full, settings: Settings = Settings()
  ) throws {
    guard components >= 1 else {
      throw TableError.invalidSetting(name: "components", value: "\(components)", expected: "at least 1")
    }
    try x.checkTraining(rows: max(2, components), "to fit \(components) components")
    try x.checkDistances()
    let random = RandomGenerator(seed: settings.seed)
    var best: GaussianMixture?
    for start in 0..<max(1, settings.starts) {
      let clusters = try KMeans(
        fitting: x, clusters: components, starts: 1, random: random.split(UInt64(start)))
      let fitted = try ExpectationMaximization(
        x, components: components, shape: shape, settings: settings
      ).run(labels: clusters.labels, components: components, means: nil)
      if best == nil || fitted.fit!.meanLogLikelihood > best!.fit!.meanLogLikelihood { best = fitted }
    }
    self = best!
  }

  /// Fits a mixture from these means, a row a component: every row of `x` belongs to the nearest of them at
  /// first, which gives the first weights and covariances (about the mean of the rows); the first means are
  /// those given.
  /// - Throws: As `init(fitting:components:)`.
  public init(
    fitting x: Matrix, initialMeans: Matrix, shape: CovarianceShape = .full, settings: Settings = Settings()
  ) throws {
    try x.checkTraining(rows: max(2, initialMeans.rows), "to fit \(initialMeans.rows) components")
    try initialMeans.checkTraining()
    try x.checkDistances()
    try initialMeans.checkMagnitudes()
    try initialMeans.checkFeatures(x.columns)
    let labels = ClusterAssignment(x, initialMeans).labels
    self = try ExpectationMaximization(
      x, components: initialMeans.rows, shape: shape, settings: settings
    ).run(labels: labels, components: initialMeans.rows, means: initialMeans)
  }

  /// Fits a mixture from another one.
  /// - Throws: As `init(fitting:components:)`.
  public init(
    fitting x: Matrix, from start: GaussianMixture, settings: Settings = Settings()
  ) throws {
    try x.checkTraining(rows: max(2, start.weights.count), "to fit \(start.weights.count) components")
    try x.checkFeatures(start.featureCount)
    try x.checkDistances()
    self = try ExpectationMaximization(
      x, components: start.weights.count, shape: start.shape, settings: settings
    ).run(from: start)
  }

  /// Fits mixtures of these numbers of components and keeps the one of the smallest BIC on `x`; of equal
  /// ones, the smallest.
  ///
  /// Numbers above `largestComponentCount` are not tried (but the least of them where all are), since the BIC holds for
  /// many rows a parameter: from few it makes a component of each row.
  /// - Throws: As `init(fitting:components:)`.
  public init(
    fitting x: Matrix, componentsAmong candidates: some Sequence<Int>, shape: CovarianceShape = .full,
    settings: Settings = Settings()
  ) throws {
    let limit = Self.largestComponentCount(rows: x.rows, columns: x.columns, shape: shape)
    let all = Array(candidates)
    let supported = all.filter { $0 <= limit }
    var best: (bic: Double, mixture: GaussianMixture)?
    for components in supported.isEmpty ? all.min().map({ [$0] }) ?? [] : supported {
      let mixture = try GaussianMixture(fitting: x, components: components, shape: shape, settings: settings)
      let bic = try mixture.bic(x)
      if best == nil || bic < best!.bic { best = (bic, mixture) }
    }
    guard let best else {
      throw TableError.invalidSetting(
        name: "componentsAmong", value: "empty", expected: "at least one number")
    }
    self = best.mixture
  }

  /// The most components that so many rows support: as many as leave two rows for each free parameter, at least one.
  public static func largestComponentCount(rows: Int, columns d: Int, shape: CovarianceShape = .full) -> Int {
    var components = 1
    while components < rows, 2 * parameterCount(components + 1, d, shape) <= rows { components += 1 }
    return components
  }

  private static func parameterCount(_ k: Int, _ d: Int, _ shape: CovarianceShape) -> Int {
    shape.parameterCount(components: k, dimensions: d) + k * d + k - 1
  }

  /// Free parameters: means, covariances, and weights but one.
  public var parameterCount: Int {
    Self.parameterCount(weights.count, means.columns, shape)
  }

  /// The Bayesian information criterion (G. Schwarz, 1978): −2 Σ ln p(xᵢ) + parameters · ln n. Smaller is
  /// better.
  public func bic(_ x: Matrix) throws -> Double {
    -2 * (try logDensity(x)).reduce(0, +) + Double(parameterCount) * log(Double(x.rows))
  }

  /// The responsibility of each component (columns) for each row: p(k | x).
  public func responsibilities(_ x: Matrix) throws -> Matrix {
    try x.checkFeatures(featureCount)
    return evaluate(x).responsibilities
  }

  /// ln p and responsibilities of rows that were checked.
  func evaluate(_ x: Matrix) -> (logDensities: [Double], responsibilities: Matrix) {
    let k = weights.count
    var logDensities = [Double](repeating: 0, count: x.rows)
    let responsibilities = Matrix(rows: x.rows, columns: k) { destination in
      logDensities.withUnsafeMutableBufferPointer { sums in
        x.withUnsafeElements { elements in
          nonisolated(unsafe) let (x0, sums, to) = (elements.baseAddress, sums, destination)
          parallelFor(x.rows, grain: MixturePiece.rows) { range in
            let piece = MixturePiece(components: k, dimensions: x.columns)
            piece.evaluate(x0! + range.lowerBound * x.columns, range.count, components)
            for i in range {
              sums[i] = piece.logSums.base[i - range.lowerBound]
              for j in 0..<k { to[i * k + j] = piece.logs.base[j * MixturePiece.rows + i - range.lowerBound] }
              if !sums[i].isFinite { sums[i] = farLogDensity(x0! + i * x.columns, to.baseAddress! + i * k) }
            }
          }
        }
      }
    }
    return (logDensities, responsibilities)
  }
}

extension GaussianMixture {
  /// ln p of a row so far out that squares of distances overflow, and its responsibilities: all to the component of the
  /// largest term.
  private func farLogDensity(_ x: UnsafePointer<Double>, _ responsibilities: UnsafeMutablePointer<Double>)
    -> Double
  {
    let logs = components.map { component in
      component.logWeight
        - 0.5
        * farSquaredNorm(x, component.mean, component.factor, component.mean.count, component.kernelShape)
    }
    let largest = logs.indices.max { logs[$0] < logs[$1] }!
    for j in logs.indices { responsibilities[j] = j == largest ? 1 : 0 }
    return logs[largest]
  }
}

extension GaussianMixture.Settings {
  /// What is added to each column's variance: the regularization, in units of the variance where that is below 10⁻³ or
  /// above 10⁶.
  func varianceFloors(of x: Matrix, _ shape: CovarianceShape) -> [Double] {
    var variances = ColumnMoments(x).deviations.map { $0 * $0 }
    if shape == .spherical {
      let mean = variances.reduce(0, +) / Double(max(1, variances.count))
      variances = variances.map { _ in mean }
    }
    return variances.map { $0 > 0 ? regularization * max(1e-6 * $0, min(1, 1e3 * $0)) : regularization }
  }
}

extension GaussianMixture: DensityModel {
  public func logDensity(checked x: Matrix) throws -> [Double] {
    return evaluate(x).logDensities
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Matrix {
    let d = featureCount
    return Matrix(rows: count, columns: d) { destination in
      for i in 0..<count {
        let component = components[random.place(weights: weights)]
        let normal = random.normalDoubles(d)
        for a in 0..<d {
          destination[i * d + a] = component.mean[a] + component.spread(a, normal)
        }
      }
    }
  }
}

extension GaussianMixture: TableScorer {
  public static let kind = "gaussian-mixture"
  public var featureCount: Int { means.columns }

  /// −ln p(x) of each row.
  public func score(checked x: Matrix) throws -> [Double] { try logDensity(checked: x).map { -$0 } }

  public struct Configuration: Codable, Hashable, Sendable {
    var shape: CovarianceShape
    var fit: Fit?
  }

  public var configuration: Configuration { Configuration(shape: shape, fit: fit) }

  public func encode(to archive: inout ModelArchive) throws {
    let (k, d) = (weights.count, featureCount)
    archive["weights"] = .float64(weights, shape: [k])
    archive["means"] = .float64(means.elements, shape: [k, d])
    // No more numbers than the shape leaves free.
    switch shape {
    case .full: archive["covariances"] = .float64(covariances.flatMap(\.elements), shape: [k, d, d])
    case .tied: archive["covariance"] = .float64(covariances[0].elements, shape: [d, d])
    case .diagonal: archive["variances"] = .float64(storedCovariances.flatMap(\.diagonal), shape: [k, d])
    case .spherical: archive["variances"] = .float64(storedCovariances.map { $0.diagonal[0] }, shape: [k])
    }
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let means = try archive.finiteMatrix("means")
    let (k, d) = (means.rows, means.columns)
    let covariances: [MixtureCovariance]
    switch settings.shape {
    case .full:
      let elements = try archive.finiteDoubles("covariances", shape: [k, d, d])
      covariances = (0..<k).map {
        .full(Matrix(rows: d, columns: d, elements: Array(elements[$0 * d * d..<($0 + 1) * d * d])))
      }
    case .tied:
      let elements = try archive.finiteDoubles("covariance", shape: [d, d])
      covariances = Array(repeating: .full(Matrix(rows: d, columns: d, elements: elements)), count: k)
    case .diagonal:
      let variances = try archive.positiveDoubles("variances", shape: [k, d])
      covariances = (0..<k).map { .diagonal(Array(variances[$0 * d..<($0 + 1) * d])) }
    case .spherical:
      covariances = try archive.positiveDoubles("variances", shape: [k]).map {
        .diagonal(Array(repeating: $0, count: d))
      }
    }
    try self.init(
      weights: archive.finiteDoubles("weights", shape: [k]), means: means, covariances: covariances,
      shape: settings.shape, fit: settings.fit)
  }
}
