extension ArchetypalAnalysis {
  /// What a fit found beside the archetypes.
  public struct Fit: Sendable {
    public let model: ArchetypalAnalysis
    /// The training rows' coefficients, `[rows, archetypes]`.
    public let coefficients: Matrix
    /// Of which training rows each archetype is the mixture.
    public let sources: [[Source]]
    /// Σ ‖xᵢ − Σₖ aᵢₖ zₖ‖² over the rows (the bisquare where the fit is robust) after each iteration of the start that was kept. It
    /// never rises.
    public let residuals: [Double]

    /// The last of `residuals`.
    public var residual: Double { residuals.last ?? 0 }
  }

  /// A training row's share in an archetype.
  public struct Source: Sendable, Hashable {
    public let row: Int
    public let weight: Double
  }

  /// Fits to the rows of a table.
  ///
  /// Gaps (NaN) are left out of the loss where `settings` say nothing else than the exact solver; in the mixtures that archetypes are,
  /// they count as the column's mean.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - count: k, the number of archetypes, at most that of the rows.
  ///   - settings: Start, solver, tolerance.
  ///   - seed: Decides starts that are drawn.
  /// - Throws: `TableError` for fewer rows than archetypes, infinities, rows and columns that are all gaps, entries whose squares
  ///   overflow, and settings that can't be.
  public static func fit(
    _ x: Matrix, archetypes count: Int, settings: ArchetypalSettings = ArchetypalSettings(), seed: UInt64 = 0
  ) throws -> Fit {
    try require(settings, count)
    let hasGaps = x.elements.contains { $0.isNaN }
    guard !hasGaps || settings.solver == .exact else {
      throw TableError.invalidSetting(
        name: "solver", value: settings.solver.rawValue, expected: "exact for a table with gaps")
    }
    let known = hasGaps ? x.elements.map { !$0.isNaN } : nil
    let (filled, centre) = try known.map { try withoutGaps(x, $0) } ?? (x, x.columnMeans())
    try filled.checkTraining(rows: count, "for \(count) archetypes")
    try filled.checkDistances()
    let centred = filled.less(centre)
    let random = RandomGenerator(seed: seed).split("archetypes")
    var best: ArchetypalFit?
    for number in 0..<settings.starts {
      var random = random.split(UInt64(number))
      let start = number > 0 && settings.start == .furthestSum ? .plusPlus : settings.start
      var fit = ArchetypalFit(
        centred, known: known, rows: start.rows(centred, count: count, using: &random), settings: settings)
      fit.run()
      if best == nil || fit.history.last! < best!.history.last! { best = fit }
    }
    let fit = best!
    let model = ArchetypalAnalysis(archetypes: fit.archetypes.less(centre.map { -$0 }))
    return Fit(
      model: model, coefficients: fit.coefficients,
      sources: fit.sources.map { zip($0.rows, $0.weights).map { Source(row: $0, weight: $1) } },
      residuals: fit.history)
  }

  private static func require(_ settings: ArchetypalSettings, _ count: Int) throws(TableError) {
    func refuse(_ name: String, _ value: Any, _ expected: String) -> TableError {
      .invalidSetting(name: name, value: "\(value)", expected: expected)
    }
    guard count >= 1 else { throw refuse("archetypes", count, "at least 1") }
    guard settings.starts >= 1 else { throw refuse("starts", settings.starts, "at least 1") }
    guard settings.iterations >= 1 else { throw refuse("iterations", settings.iterations, "at least 1") }
    guard settings.tolerance >= 0, settings.tolerance < 1 else {
      throw refuse("tolerance", settings.tolerance, "at least 0 and below 1")
    }
    guard settings.relaxation >= 0, settings.relaxation < 1 else {
      throw refuse("relaxation", settings.relaxation, "at least 0 and below 1")
    }
    if let robustness = settings.robustness, !(robustness > 0 && robustness.isFinite) {
      throw refuse("robustness", robustness, "above 0")
    }
    guard settings.solver == .exact || (settings.relaxation == 0 && settings.robustness == nil) else {
      throw refuse("solver", settings.solver.rawValue, "exact with a relaxation or a robust loss")
    }
  }

  /// The table with the columns' means in its gaps, and those means.
  private static func withoutGaps(_ x: Matrix, _ known: [Bool]) throws(TableError) -> (Matrix, [Double]) {
    var means = [Double](repeating: 0, count: x.columns)
    for j in 0..<x.columns {
      var (sum, count) = (0.0, 0.0)
      for i in 0..<x.rows where known[i * x.columns + j] {
        sum += x[i, j]
        count += 1
      }
      guard count > 0 else { throw .emptyColumn(column: j) }
      means[j] = sum / count
    }
    for i in 0..<x.rows where !(0..<x.columns).contains(where: { known[i * x.columns + $0] }) {
      throw .notFinite(row: i, column: 0, value: .nan)
    }
    var filled = x
    for i in 0..<x.rows {
      for j in 0..<x.columns where !known[i * x.columns + j] { filled[i, j] = means[j] }
    }
    return (filled, means)
  }

  /// The residual for each number of archetypes in a range, by the same settings: where the curve bends, more archetypes stop to pay.
  /// - Throws: As `fit`.
  public static func residuals(
    of x: Matrix, archetypes counts: ClosedRange<Int>, settings: ArchetypalSettings = ArchetypalSettings(),
    seed: UInt64 = 0
  ) throws -> [Double] {
    try counts.map { try fit(x, archetypes: $0, settings: settings, seed: seed).residual }
  }

  /// The bend of a falling curve over equal steps: the place farthest below the line from its first point to its last, each axis
  /// scaled to 0…1 (V. Satopää et al., Finding a "kneedle" in a haystack, 2011). 0 for a curve of fewer than three points.
  public static func elbow(of residuals: [Double]) -> Int {
    guard residuals.count >= 3, let first = residuals.first, let last = residuals.last, first != last else {
      return 0
    }
    let steps = Double(residuals.count - 1)
    let depths = residuals.indices.map { Double($0) / steps - (first - residuals[$0]) / (first - last) }
    return depths.indices.min { depths[$0] < depths[$1] }!
  }
}
