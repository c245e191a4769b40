import CKernels
import GenModels

/// Outlier detection by principal components of the standardised table.
///
/// Features are centred and divided by their standard deviation (n in the denominator; 1 for constant ones)
/// unless `standardizes` is false; v₁, …, vₖ are the unit eigenvectors of the covariance of the result z, and
/// λ₁ ≥ … ≥ λₖ its eigenvalues. `Rule` says what the score is. Directions in which the training table does
/// not vary (λ below d · 2⁻⁵² · λ₁, rounding) are left out by the first two rules: nothing can be divided by
/// their spread. Without standardizing, where columns' deviations differ by more than 10⁵, what is rounding is decided
/// column by column (`GradedEigen`), so that small units don't drown in large ones.
///
/// Fitting takes time n · d² + 9 d³, scoring n · d · k; memory d². A table with fewer rows than columns is fitted by way
/// of its inner products, in time n² · d and memory n · d, and has at most n − 1 components, for every rule.
public struct PrincipalComponentDetector: TableScorer, ExplainableScorer {
  public static let kind = "pca"

  public enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
    /// Σ ‖z − vᵢ‖ / wᵢ with wᵢ = λᵢ / Σ λ: PyOD's `PCA`, to which scores are equal. The sign of vᵢ matters
    /// here; its largest component in magnitude is positive.
    case weightedDistance
    /// Σ (z · vᵢ)² / λᵢ (M.-L. Shyu et al., 2003): with all components, the squared Mahalanobis distance.
    case normalizedScores
    /// ‖z − Σ (z · vᵢ) vᵢ‖², the squared distance from the space of the first k components. Needs k < d to
    /// say anything.
    case reconstruction
  }

  public let rule: Rule
  private let centres: [Double]
  private let scales: [Double]
  /// vᵢ in row i.
  private let components: Matrix
  /// vᵢ in column i.
  private let transposed: Matrix
  /// `transposed` in rows of `panelWidth`, with zeros behind; for the kernel that works on eight at a time.
  private let panel: [Double]
  private var panelWidth: Int { (components.rows + 7) / 8 * 8 }
  /// wᵢ or λᵢ.
  private let divisors: [Double]
  /// 1 / wᵢ, with zeros behind.
  private let weights: [Double]

  public var featureCount: Int { centres.count }
  public var contributionRule: ContributionRule { .sum }
  /// k, without components left out.
  public var componentCount: Int { components.rows }

  /// - Parameters:
  ///   - x: An example a row.
  ///   - wanted: k, the number of components: the first ones. All when nil.
  ///   - rule: What a score is made of.
  ///   - standardizes: Whether columns get mean 0 and standard deviation 1 first.
  /// - Throws: `TableError` for a table without columns or with fewer than two rows, with NaN or infinities,
  ///   when all columns are constant, or for a k that is not in 1...d; `LinearAlgebraError` when the
  ///   eigenvalues don't converge.
  public init(
    fitting x: Matrix, components wanted: Int? = nil, rule: Rule = .weightedDistance,
    standardizes: Bool = true
  ) throws {
    let plain = Self.plainMoments(of: x)
    if plain == nil { try x.checkTraining(rows: 2, "to estimate a covariance") }
    let wanted = wanted ?? x.columns
    try Self.checkComponents(wanted, columns: x.columns)
    if let plain {
      try self.init(plain, rows: x.rows, components: wanted, rule: rule, standardizes: standardizes)
      return
    }
    if !standardizes { try x.checkVariances() }
    let moments = ColumnMoments(x)
    let scales = standardizes ? moments.scales : Array(repeating: 1, count: x.columns)
    try self.init(
      centres: moments.means, scales: scales, components: wanted, rule: rule,
      eigen: Self.eigen(
        x.centred(moments.means, dividedBy: scales),
        isGraded: !standardizes && Self.isGraded(moments.deviations)))
  }

  /// The moments of more rows than columns whose variances are numbers of plain size, so that the covariance can be scaled instead of
  /// the rows. An entry that is not finite makes a variance that is none.
  private static func plainMoments(of x: Matrix) -> Moments? {
    guard x.rows > x.columns, x.columns >= 1 else { return nil }
    let moments = Moments(of: x, weights: nil)
    let variances = moments.covariance.diagonal
    let arePlain = variances.indices.allSatisfy { j in
      (1e-280...1e280).contains(variances[j]) || (variances[j] == 0 && x.constantValue(ofColumn: j) != nil)
    }
    return arePlain ? moments : nil
  }

  /// The detector of so many rows, at least two, with these moments.
  init(_ moments: Moments, rows: Int, components: Int, rule: Rule, standardizes: Bool) throws {
    let (d, factor) = (moments.mean.count, Double(rows) / Double(rows - 1))
    let deviations = moments.covariance.diagonal.map { $0.squareRoot() }
    let scales = deviations.map { standardizes && $0 > 0 ? $0 : 1 }
    let covariance = Matrix(rows: d, columns: d) { destination in
      moments.covariance.withUnsafeElements { elements in
        for a in 0..<d {
          for b in 0..<d { destination[a * d + b] = elements[a * d + b] / scales[a] / scales[b] * factor }
        }
      }
    }
    let found = try Self.eigen(
      ofCovariance: covariance, isGraded: !standardizes && Self.isGraded(deviations))
    // Rows that are no more than the columns vary in fewer directions than they are; further eigenvalues are rounding.
    let cut = rows <= d ? max(0, found.values.count - (rows - 1)) : 0
    let kept = (cut..<found.values.count).map(Int32.init)
    try self.init(
      centres: moments.mean, scales: scales, components: components, rule: rule,
      eigen: (
        kept.map { found.values[Int($0)] }, found.vectors.rows(kept), found.isFiltered || cut > 0
      ))
  }

  /// The detector by eigenvalues, ascending, and their unit eigenvectors, a row each, and whether those of value 0 are left out.
  init(
    centres: [Double], scales: [Double], components wanted: Int, rule: Rule,
    eigen: (values: [Double], vectors: Matrix, isFiltered: Bool)
  ) throws(TableError) {
    let (values, vectors, isFiltered) = eigen
    (self.centres, self.scales, self.rule) = (centres, scales, rule)
    guard let largest = values.last, largest > 0, largest.isFinite else {
      throw TableError.singularCovariance(advice: "all columns are constant")
    }
    let total = values.reduce(0) { $0 + max(0, $1) }
    let smallest = rule == .reconstruction ? -Double.infinity : Double(centres.count) * 0x1p-52 * largest
    let kept = values.indices.reversed().prefix(wanted).filter { isFiltered || values[$0] > smallest }
    divisors = kept.map {
      max(Double.leastNormalMagnitude, rule == .weightedDistance ? values[$0] / total : values[$0])
    }
    components = Matrix(kept.map { Self.withPositivePeak(vectors.row($0)) })
    transposed = components.transposed
    panel = Self.panel(components)
    weights = Self.weights(divisors)
  }

  static func checkComponents(_ wanted: Int, columns: Int) throws(TableError) {
    guard wanted >= 1 && wanted <= columns else {
      throw .invalidSetting(name: "components", value: "\(wanted)", expected: "between 1 and \(columns)")
    }
  }

  /// Whether columns' deviations differ so much that eigenvalues of their covariance lose the small ones' digits.
  static func isGraded(_ deviations: [Double]) -> Bool {
    let varying = deviations.filter { $0 > 0 }
    guard let least = varying.min(), let most = varying.max() else { return false }
    return most > 1e5 * least
  }

  /// Eigenvalues of the covariance of centred rows, ascending, and their unit eigenvectors, a row each; and whether those
  /// of value 0 are left out.
  private static func eigen(_ z: Matrix, isGraded: Bool) throws -> ([Double], Matrix, isFiltered: Bool) {
    let divisor = Double(z.rows - 1)
    if z.rows < z.columns {
      let found = try PrincipalDirections(ofFewRows: z, divisor: divisor)
      return (found.variances, found.directions, true)
    }
    return try eigen(
      ofCovariance: z.matrixProduct(z, transposingSelf: true) * (1 / divisor), isGraded: isGraded)
  }

  /// Those of a covariance.
  static func eigen(
    ofCovariance covariance: Matrix, isGraded: Bool
  ) throws -> (values: [Double], vectors: Matrix, isFiltered: Bool) {
    if isGraded {
      let found = GradedEigen(covariance)
      return (found.values, found.vectors, true)
    }
    let eigen = try SymmetricEigen(covariance)
    return (eigen.values, eigen.vectors.transposed, false)
  }

  private static func weights(_ divisors: [Double]) -> [Double] {
    divisors.map { 1 / $0 } + Array(repeating: 0, count: (divisors.count + 7) / 8 * 8 - divisors.count)
  }

  private static func panel(_ components: Matrix) -> [Double] {
    let width = (components.rows + 7) / 8 * 8
    var panel = [Double](repeating: 0, count: width * components.columns)
    for i in 0..<components.rows {
      for j in 0..<components.columns { panel[j * width + i] = components[i, j] }
    }
    return panel
  }

  /// The vector or its negative: the one whose largest component in magnitude (the first of them) is
  /// positive.
  private static func withPositivePeak(_ vector: [Double]) -> [Double] {
    var peak = 0.0
    for value in vector where abs(value) > abs(peak) { peak = value }
    return peak < 0 ? vector.map { -$0 } : vector
  }

  public func score(checked x: Matrix) throws -> [Double] {
    var scores = rule == .normalizedScores ? normalizedScores(x) : scoresByRow(x)
    for i in scores.indices where !scores[i].isFinite { scores[i] = farScore(x.row(i)) }
    return scores
  }

  /// |W (x − μ)|² with vᵢ / √λᵢ, divided by the scales, as the rows of W.
  private func normalizedScores(_ x: Matrix) -> [Double] {
    let (d, k) = (featureCount, componentCount)
    let factors = (0..<k).flatMap { i in
      let root = divisors[i].squareRoot()
      return (0..<d).map { components[i, $0] / root / scales[$0] }
    }
    return x.rowScores { rows, count, scores in
      let kernels = ood_active_kernels().pointee.gaussian
      let scratch = Scratch<Double>(kernels.norms_scratch(d))
      kernels.squared_norms(
        rows, count, d, centres, factors, k, ood_gaussian_dense, scores, scratch.base)
    }
  }

  private func scoresByRow(_ x: Matrix) -> [Double] {
    let k = componentCount
    return forEachRow(x, width: 1) { z, sums, score, _ in
      score[0] = 0
      switch rule {
      case .weightedDistance:
        distances(z, sums)
        score[0] = ood_active_kernels().pointee.neighbours.weighted_roots(sums, weights, panelWidth)
      case .normalizedScores:
        project(z, sums)
        for i in 0..<k { score[0] += sums[i] * sums[i] / divisors[i] }
      case .reconstruction:
        project(z, sums)
        for j in 0..<featureCount {
          let residual = residual(z, sums, j)
          score[0] += residual * residual
        }
      }
    }.elements
  }

  /// The score of a row so far out that squares overflow: of a small multiple of it, which is then scaled. The
  /// eigenvectors' own length is nothing beside such a row's.
  private func farScore(_ row: [Double]) -> Double {
    let quotients = row.indices.map { j -> (significand: Double, exponent: Int) in
      let difference = row[j] / 2 - centres[j] / 2
      guard difference != 0 else { return (0, -5000) }
      let magnitude = difference.magnitude.significand / scales[j].significand
      return (difference < 0 ? -magnitude : magnitude, Int(difference.exponent) - Int(scales[j].exponent))
    }
    let exponent = quotients.map(\.exponent).max()!
    let z = quotients.map { $0.significand.scaled($0.exponent - exponent) }
    let size = exponent + 1
    let products = components * z
    switch rule {
    case .weightedDistance:
      let length = z.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return (length * divisors.reduce(0) { $0 + 1 / $1 }).scaled(size).saturated
    case .normalizedScores:
      let sum = products.indices.reduce(0.0) { $0 + products[$1] * products[$1] / divisors[$1] }
      return sum.scaled(2 * size).saturated
    case .reconstruction:
      let sum = z.indices.reduce(0.0) { total, j in
        let residual = z[j] - products.indices.reduce(0.0) { $0 + products[$1] * components[$1, j] }
        return total + residual * residual
      }
      return sum.scaled(2 * size).saturated
    }
  }

  /// The share of each feature in the score, which is their sum: of a distance ‖z − v‖, (zⱼ − vⱼ)² / ‖z − v‖;
  /// of (z · v)² / λ, zⱼ vⱼ (z · v) / λ, which may be negative; of the residual, its square.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let (d, k) = (featureCount, componentCount)
    let found = forEachRow(x, width: d) { z, sums, result, _ in
      for j in 0..<d { result[j] = 0 }
      switch rule {
      case .weightedDistance:
        distances(z, sums)
        for i in 0..<k where sums[i] > 0 {
          let factor = 1 / (sums[i].squareRoot() * divisors[i])
          for j in 0..<d {
            let difference = z[j] - components[i, j]
            result[j] += difference * difference * factor
          }
        }
      case .normalizedScores:
        project(z, sums)
        for i in 0..<k {
          for j in 0..<d { result[j] += z[j] * components[i, j] * sums[i] / divisors[i] }
        }
      case .reconstruction:
        project(z, sums)
        for j in 0..<d {
          let residual = residual(z, sums, j)
          result[j] = residual * residual
        }
      }
    }
    if found.elements.allSatisfy(\.isFinite) { return found }
    return Matrix(rows: x.rows, columns: d, elements: found.elements.map { $0.isNaN ? 0 : $0.saturated })
  }

  /// Calls `body` with each standardised row, room for k sums, and the row's place in the result.
  private func forEachRow(
    _ x: Matrix, width: Int,
    _ body:
      @Sendable (UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, Int) ->
      Void
  ) -> Matrix {
    let d = featureCount
    return x.mapRows(width: width, grain: 64) { rows, count, result in
      let kernels = ood_active_kernels().pointee.neighbours
      withUnsafeTemporaryAllocation(of: Double.self, capacity: d + panelWidth) { room in
        let (z, sums) = (room.baseAddress!, room.baseAddress! + d)
        for i in 0..<count {
          kernels.standardize(rows + i * d, centres, scales, d, z)
          body(z, sums, result + i * width, i)
        }
      }
    }
  }

  /// sums[i] = ‖z − vᵢ‖²; `sums` has room for `panelWidth`.
  private func distances(_ z: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
    ood_active_kernels().pointee.neighbours.panel_distances(
      ood_metric_squared_euclidean, z, panel, panelWidth, featureCount, sums)
  }

  /// sums[i] = z · vᵢ.
  private func project(_ z: UnsafePointer<Double>, _ sums: UnsafeMutablePointer<Double>) {
    let k = componentCount
    sums.initialize(repeating: 0, count: k)
    transposed.withUnsafeElements { v in
      for j in 0..<featureCount {
        let value = z[j]
        for i in 0..<k { sums[i] += value * v[j * k + i] }
      }
    }
  }

  /// Feature j of z less its projection.
  private func residual(_ z: UnsafePointer<Double>, _ sums: UnsafePointer<Double>, _ j: Int) -> Double {
    let d = featureCount
    return components.withUnsafeElements { v in
      var rest = z[j]
      for i in 0..<componentCount { rest -= sums[i] * v[i * d + j] }
      return rest
    }
  }
}

extension PrincipalComponentDetector {
  public struct Configuration: Codable, Hashable, Sendable {
    var rule: Rule
  }

  public var configuration: Configuration { Configuration(rule: rule) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["centres"] = .float64(centres, shape: [centres.count])
    archive["scales"] = .float64(scales, shape: [scales.count])
    archive["components"] = .float64(components.elements, shape: [components.rows, components.columns])
    archive["divisors"] = .float64(divisors, shape: [divisors.count])
  }

  public init(from archive: ModelArchive) throws {
    rule = try archive.configuration(as: Configuration.self).rule
    let shape = try archive.shape("components", rank: 2)
    components = Matrix(
      rows: shape[0], columns: shape[1], elements: try archive.finiteDoubles("components"))
    transposed = components.transposed
    panel = Self.panel(components)
    centres = try archive.finiteDoubles("centres", shape: [shape[1]])
    scales = try archive.positiveDoubles("scales", shape: [shape[1]])
    divisors = try archive.positiveDoubles("divisors", shape: [shape[0]])
    weights = Self.weights(divisors)
    guard shape[1] >= 1 else { throw ModelFileError.malformed(reason: "the table has no column") }
  }
}
