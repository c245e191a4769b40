import CKernels
import GenModels

/// Outlier detection by principal components of the standardised table.
///
/// Features are centred and divided by their standard deviation (n in the denominator; 1 for constant ones)
/// unless `standardizes` is false; v₁, …, vₖ are the unit eigenvectors of the covariance of the result z, and
/// λ₁ ≥ … ≥ λₖ its eigenvalues. `Rule` says what the score is. Directions in which the training table does
/// not vary (λ below d · 2⁻⁵² · λ₁, rounding) are left out by the first two rules: nothing can be divided by
/// their spread.
///
/// Fitting takes time n · d² + 9 d³, scoring n · d · k; memory d².
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
    try x.checkTraining(rows: 2, "to estimate a covariance")
    let wanted = wanted ?? x.columns
    guard wanted >= 1 && wanted <= x.columns else {
      throw TableError.invalidSetting(
        name: "components", value: "\(wanted)", expected: "between 1 and \(x.columns)")
    }
    let moments = ColumnMoments(x)
    centres = moments.means
    scales = standardizes ? moments.scales : Array(repeating: 1, count: x.columns)
    self.rule = rule
    let (centre, scale, d) = (centres, scales, x.columns)
    let z = x.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = (rows[i * d + j] - centre[j]) / scale[j] }
      }
    }
    let covariance = z.matrixProduct(z, transposingSelf: true) * (1 / Double(x.rows - 1))
    let eigen = try SymmetricEigen(covariance)
    let largest = eigen.values[d - 1]
    guard largest > 0, largest.isFinite else {
      throw TableError.singularCovariance(advice: "all columns are constant, or their entries too large")
    }
    let total = eigen.values.reduce(0) { $0 + max(0, $1) }
    let smallest = rule == .reconstruction ? -Double.infinity : Double(d) * 0x1p-52 * largest
    let kept = (0..<wanted).map { d - 1 - $0 }.filter { eigen.values[$0] > smallest }
    divisors = kept.map {
      rule == .weightedDistance ? eigen.values[$0] / total : max(1e-300, eigen.values[$0])
    }
    components = Matrix(kept.map { Self.withPositivePeak(eigen.vectors.column($0)) })
    transposed = components.transposed
    panel = Self.panel(components)
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
    let k = componentCount
    return forEachRow(x, width: 1) { z, sums, score, _ in
      score[0] = 0
      switch rule {
      case .weightedDistance:
        distances(z, sums)
        for i in 0..<k { score[0] += sums[i].squareRoot() / divisors[i] }
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

  /// The share of each feature in the score, which is their sum: of a distance ‖z − v‖, (zⱼ − vⱼ)² / ‖z − v‖;
  /// of (z · v)² / λ, zⱼ vⱼ (z · v) / λ, which may be negative; of the residual, its square.
  public func contributions(checked x: Matrix) throws -> Matrix {
    let (d, k) = (featureCount, componentCount)
    return forEachRow(x, width: d) { z, sums, result, _ in
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
      withUnsafeTemporaryAllocation(of: Double.self, capacity: d + panelWidth) { room in
        let (z, sums) = (room.baseAddress!, room.baseAddress! + d)
        for i in 0..<count {
          for j in 0..<d { z[j] = (rows[i * d + j] - centres[j]) / scales[j] }
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
    guard shape[1] >= 1 else { throw ModelFileError.malformed(reason: "the table has no column") }
  }
}
