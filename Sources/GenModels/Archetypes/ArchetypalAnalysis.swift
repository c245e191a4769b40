/// Archetypal analysis: rows as mixtures of a few extreme ones, xᵢ ≈ Σₖ aᵢₖ zₖ, where the archetypes are mixtures of rows themselves,
/// zₖ = Σᵢ bₖᵢ xᵢ; all weights are positive and sum to 1 (A. Cutler and L. Breiman, 1994).
///
/// ```swift
/// let analysis = try ArchetypalAnalysis(fitting: table, archetypes: 5)
/// analysis.archetypes                            // 5 rows, in the table's own units
/// try analysis.coefficients(rows)                // what each row is a mixture of
/// try analysis.score(rows)                       // how far rows lie from the hull of the archetypes
/// ```
///
/// An iteration costs n k³ + n d k for the coefficients and some n d for each archetype. Columns count by their size: standardize
/// those of different units first (`PreparedScorer` does).
public struct ArchetypalAnalysis: TableScorer, ExplainableScorer {
  public static let kind = "archetypal-analysis"

  /// Z: an archetype a row, as in the table.
  public let archetypes: Matrix
  /// What coefficients are solved about, so that a large offset costs no digits.
  private let centre: [Double]
  private let solver: SimplexCoefficients

  /// Fits to the rows of a table.
  /// - Throws: As `fit`.
  public init(
    fitting x: Matrix, archetypes: Int = 3, settings: ArchetypalSettings = ArchetypalSettings(),
    seed: UInt64 = 0
  ) throws {
    self = try Self.fit(x, archetypes: archetypes, settings: settings, seed: seed).model
  }

  /// The hull of given archetypes. Traps without one.
  public init(archetypes: Matrix) {
    precondition(archetypes.rows >= 1 && archetypes.columns >= 1, "A hull has at least one archetype.")
    self.archetypes = archetypes
    let centre = archetypes.columnMeans()
    self.centre = centre
    solver = SimplexCoefficients(archetypes.less(centre))
  }

  public var featureCount: Int { archetypes.columns }
  public var archetypeCount: Int { archetypes.rows }
  public var contributionRule: ContributionRule { .sum }

  /// The coefficients of each row's nearest point in the hull, `[rows, archetypes]`: not negative, summing to 1.
  /// - Throws: `ExampleError` for rows of another width, NaN or infinities.
  public func coefficients(_ x: Matrix) throws -> Matrix {
    try check(x)
    return coefficients(checked: x)
  }

  private func coefficients(checked x: Matrix) -> Matrix {
    // A row so far out that squares overflow lies nearest to the same point as one that is nearer in its direction.
    solver(x.less(centre).mapNumbers { min(max($0, -Magnitudes.largest), Magnitudes.largest) })
  }

  /// The points of the hull that coefficients `[rows, archetypes]` stand for; outside of it where they are negative or sum to more than 1.
  /// Traps for another number of columns.
  public func examples(from coefficients: Matrix) -> Matrix { coefficients.matrixProduct(archetypes) }

  /// The distance of each row to the hull.
  public func score(checked x: Matrix) -> [Double] {
    let differences = residuals(x)
    return (0..<x.rows).map { length(differences, $0) }
  }

  private func length(_ differences: Matrix, _ i: Int) -> Double {
    var (square, largest) = (0.0, 0.0)
    for j in 0..<differences.columns {
      square += differences[i, j] * differences[i, j]
      largest = max(largest, abs(differences[i, j]))
    }
    if square.isFinite, square > 0 { return square.squareRoot() }
    guard largest > 0 else { return 0 }
    var scaled = 0.0
    for j in 0..<differences.columns {
      let share = differences[i, j] / largest
      scaled += share * share
    }
    return (scaled.squareRoot() * largest).saturated
  }

  private func residuals(_ x: Matrix) -> Matrix {
    let fitted = coefficients(checked: x).matrixProduct(archetypes)
    return Matrix(rows: x.rows, columns: x.columns) { element in
      for i in 0..<x.rows {
        for j in 0..<x.columns { element[i * x.columns + j] = (x[i, j] - fitted[i, j]).saturated }
      }
    }
  }

  /// What each feature adds to the distance: rⱼ² / ‖r‖ with the difference r from the nearest point.
  public func contributions(checked x: Matrix) -> Matrix {
    let differences = residuals(x)
    return Matrix(rows: x.rows, columns: x.columns) { element in
      for i in 0..<x.rows {
        let length = length(differences, i)
        for j in 0..<x.columns {
          let difference = abs(differences[i, j])
          element[i * x.columns + j] = length > 0 ? (difference / length * difference) : 0
        }
      }
    }
  }
}

extension ArchetypalAnalysis: TableFitted {
  public struct FitSettings: Codable, Hashable, Sendable {
    public var archetypes = 3
    public var start = ArchetypeStart.furthestSum
    public var starts = 1
    public var iterations = 500
    public var tolerance = 1e-6
    public var relaxation = 0.0

    public init() {}
  }

  public static var defaultFitSettings: FitSettings { FitSettings() }
  public static var summary: String { "the distance from the hull of a few extreme mixtures of rows" }

  public static func fitted(to x: Matrix, settings: FitSettings, seed: UInt64) throws -> ArchetypalAnalysis {
    try x.checkTraining()
    var own = ArchetypalSettings()
    own.start = settings.start
    own.starts = settings.starts
    own.iterations = settings.iterations
    own.tolerance = settings.tolerance
    own.relaxation = settings.relaxation
    return try ArchetypalAnalysis(fitting: x, archetypes: settings.archetypes, settings: own, seed: seed)
  }
}

extension ArchetypalAnalysis: Model {
  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) {
    archive["archetypes"] = .float64(archetypes.elements, shape: [archetypes.rows, archetypes.columns])
  }

  public init(from archive: ModelArchive) throws {
    let archetypes = try archive.finiteMatrix("archetypes")
    guard archetypes.rows >= 1, archetypes.columns >= 1 else {
      throw ModelFileError.malformed(reason: "there is no archetype")
    }
    guard archetypes.elements.allSatisfy({ abs($0) <= Magnitudes.largest }) else {
      throw ModelFileError.malformed(reason: "an archetype is too large for squares of differences")
    }
    self.init(archetypes: archetypes)
  }
}

extension Matrix {
  /// Each row less another, saturated.
  func less(_ row: [Double]) -> Matrix {
    Matrix(rows: rows, columns: columns) { element in
      withUnsafeElements { own in
        for i in 0..<rows {
          for j in 0..<columns { element[i * columns + j] = (own[i * columns + j] - row[j]).saturated }
        }
      }
    }
  }

  /// Each number mapped.
  func mapNumbers(_ body: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: elements.map(body))
  }
}
