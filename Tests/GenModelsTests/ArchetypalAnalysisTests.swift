import Foundation
import GenModels
import Testing

@Suite("Archetypal analysis") struct ArchetypalAnalysisTests {
  /// Mixtures of corners, so that the corners are there to be found.
  private static func mixtures(_ corners: Matrix, count: Int, seed: UInt64, noise: Double = 0) throws
    -> Matrix
  {
    var random = RandomGenerator(seed: seed)
    let weights = try CoefficientLaw(concentration: 0.5).coefficients(
      count: count, archetypes: corners.rows, using: &random)
    let errors = Matrix(random.normal([count, corners.columns])) * noise
    return Matrix(weights) * corners + errors
  }

  private static let corners = Matrix([[0, 0, 5], [10, 0, -5], [0, 8, 1], [3, 3, 20]])

  private static func residual(_ x: Matrix, _ fit: ArchetypalAnalysis.Fit) -> Double {
    let difference = x - fit.coefficients * fit.model.archetypes
    return difference.elements.reduce(0) { $0 + $1 * $1 }
  }

  @Test("Archetypes of a table: extreme mixtures, what each row is made of, and how far new rows lie outside")
  func usage() throws {
    let table = try Self.mixtures(Self.corners, count: 200, seed: 1)
    let analysis = try ArchetypalAnalysis(fitting: table, archetypes: 4)
    let weights = try analysis.coefficients(table)
    #expect((0..<4).allSatisfy { weights[0, $0] >= 0 })
    let far = try analysis.score(Matrix([[30, 30, 30]]))[0]
    #expect(try far > 3 * analysis.score(table).max()!)
  }

  @Test("Corners that are in the table are found: the residual is 0", arguments: ArchetypeStart.allCases)
  func corners(start: ArchetypeStart) throws {
    let inside = try Self.mixtures(Self.corners, count: 80, seed: 2)
    let table = Matrix(rows: 84, columns: 3, elements: inside.elements + Self.corners.elements)
    var settings = ArchetypalSettings()
    settings.start = start
    settings.starts = start == .furthestSum ? 1 : 6
    settings.tolerance = 1e-9
    let fit = try ArchetypalAnalysis.fit(table, archetypes: 4, settings: settings, seed: 1)
    let total = table.elements.reduce(0) { $0 + $1 * $1 }
    #expect(fit.residual < 1e-6 * total, "\(fit.residual)")
    if start == .furthestSum {
      let found = Set(fit.sources.compactMap { $0.max { $0.weight < $1.weight }?.row })
      #expect(found == [80, 81, 82, 83])
    }
  }

  @Test("One archetype is the mean")
  func mean() throws {
    let table = try Self.mixtures(Self.corners, count: 50, seed: 3, noise: 1)
    let fit = try ArchetypalAnalysis.fit(table, archetypes: 1)
    for j in 0..<3 {
      let mean = table.column(j).reduce(0, +) / 50
      #expect(abs(fit.model.archetypes[0, j] - mean) < 1e-5)
    }
  }

  @Test(
    "The residual never rises, weights lie on simplexes, and both add up to what is said",
    arguments: ["exact", "projected gradient", "relaxed", "robust", "gaps"])
  func laws(variant: String) throws {
    var table = try Self.mixtures(Self.corners, count: 120, seed: 4, noise: 0.7)
    var settings = ArchetypalSettings()
    settings.tolerance = 1e-5
    switch variant {
    case "projected gradient": settings.solver = .projectedGradient
    case "relaxed": settings.relaxation = 0.2
    case "robust": settings.robustness = 2
    case "gaps": for i in stride(from: 0, to: 120, by: 7) { table[i, i % 3] = .nan }
    default: break
    }
    let fit = try ArchetypalAnalysis.fit(table, archetypes: 3, settings: settings)
    #expect(fit.residuals.count >= 3)
    for (before, after) in zip(fit.residuals, fit.residuals.dropFirst()) {
      #expect(after <= before * (1 + 1e-9))
    }
    #expect(fit.residuals.last! < 0.95 * fit.residuals[0], "it fell")
    for i in 0..<table.rows {
      let row = fit.coefficients.row(i)
      #expect(row.allSatisfy { $0 >= 0 } && abs(row.reduce(0, +) - 1) < 1e-9)
    }
    for (k, sources) in fit.sources.enumerated() {
      #expect(abs(sources.reduce(0) { $0 + $1.weight } - 1) < 1e-9 && sources.allSatisfy { $0.weight > 0 })
      guard variant == "exact" || variant == "robust" else { continue }
      for j in 0..<3 {
        let value = sources.reduce(0) { $0 + $1.weight * table[$1.row, j] }
        #expect(abs(value - fit.model.archetypes[k, j]) < 1e-8)
      }
    }
    if variant == "exact" { #expect(abs(Self.residual(table, fit) / fit.residual - 1) < 1e-9) }
  }

  @Test("The order of rows does not matter, nor where the table lies")
  func invariance() throws {
    let table = try Self.mixtures(Self.corners, count: 90, seed: 5, noise: 0.5)
    let first = try ArchetypalAnalysis.fit(table, archetypes: 3)
    let reversed = Matrix((0..<90).reversed().map { table.row($0) })
    let second = try ArchetypalAnalysis.fit(reversed, archetypes: 3)
    #expect(abs(second.residual / first.residual - 1) < 1e-6)
    let moved = Matrix(table.elements.count / 3 == 90 ? (0..<90).map { table.row($0).map { $0 + 1e6 } } : [])
    #expect(try abs(ArchetypalAnalysis.fit(moved, archetypes: 3).residual / first.residual - 1) < 1e-5)
  }

  @Test("Coefficients are those of the nearest point: no other mixture is nearer")
  func nearest() throws {
    let analysis = ArchetypalAnalysis(archetypes: Self.corners)
    let rows = try Self.mixtures(Self.corners, count: 20, seed: 6, noise: 6)
    let distances = try analysis.score(rows)
    var random = RandomGenerator(seed: 7)
    let others = Matrix(
      try CoefficientLaw(concentration: 0.3).coefficients(count: 3000, archetypes: 4, using: &random))
    let points = analysis.examples(from: others)
    for i in 0..<20 {
      var nearest = Double.infinity
      for p in 0..<points.rows {
        nearest = min(nearest, (0..<3).reduce(0) { $0 + pow(points[p, $1] - rows[i, $1], 2) }.squareRoot())
      }
      #expect(nearest >= distances[i] - 1e-9)
      #expect(nearest < distances[i] + 2)
    }
    let known = ArchetypalAnalysis(archetypes: Matrix([[0, 0], [2, 0]]))
    for (found, wanted) in zip(
      try known.score(Matrix([[1, 3], [5, 4], [-3, 4], [0.5, 0]])), [3.0, 5, 5, 0])
    {
      #expect(abs(found - wanted) < 1e-12)
    }
    let halves = try known.coefficients(Matrix([[0.5, 9]])).elements
    #expect(abs(halves[0] - 0.75) < 1e-9 && abs(halves[1] - 0.25) < 1e-9)
  }

  @Test("Outliers do not draw archetypes to themselves where the loss is robust")
  func robust() throws {
    var table = try Self.mixtures(Self.corners, count: 150, seed: 8)
    for j in 0..<3 { table[0, j] = 400 }
    var settings = ArchetypalSettings()
    let plain = try ArchetypalAnalysis.fit(table, archetypes: 4, settings: settings)
    settings.robustness = 6
    settings.start = .random
    settings.starts = 4
    let robust = try ArchetypalAnalysis.fit(table, archetypes: 4, settings: settings, seed: 2)
    func largest(_ fit: ArchetypalAnalysis.Fit) -> Double { fit.model.archetypes.elements.max()! }
    #expect(largest(plain) > 300 && largest(robust) < 150, "\(largest(plain)), \(largest(robust))")
  }

  @Test("More archetypes never fit worse, and the curve bends at as many as there are corners")
  func elbow() throws {
    let table = try Self.mixtures(Self.corners, count: 150, seed: 9, noise: 0.05)
    let curve = try ArchetypalAnalysis.residuals(of: table, archetypes: 1...7)
    for (fewer, more) in zip(curve, curve.dropFirst()) { #expect(more <= fewer * 1.05) }
    #expect(abs(ArchetypalAnalysis.elbow(of: curve) + 1 - 4) <= 1)
    #expect(
      ArchetypalAnalysis.elbow(of: [9, 1, 0.9, 0.8]) == 1 && ArchetypalAnalysis.elbow(of: [1, 1, 1]) == 0)
  }

  @Test("What can't be fitted is refused in a sentence")
  func refusals() throws {
    let table = try Self.mixtures(Self.corners, count: 6, seed: 10)
    #expect(throws: TableError.self) { try ArchetypalAnalysis(fitting: table, archetypes: 7) }
    #expect(throws: TableError.self) { try ArchetypalAnalysis(fitting: table, archetypes: 0) }
    var settings = ArchetypalSettings()
    settings.solver = .projectedGradient
    settings.relaxation = 0.1
    #expect(throws: TableError.self) { try ArchetypalAnalysis.fit(table, archetypes: 2, settings: settings) }
    let same = Matrix(rows: 6, columns: 2, repeating: 3)
    let fit = try ArchetypalAnalysis.fit(same, archetypes: 2)
    #expect(fit.residual == 0 && fit.model.archetypes.elements.allSatisfy { $0 == 3 })
    var gaps = table
    for j in 0..<3 { gaps[2, j] = .nan }
    #expect(throws: TableError.self) { try ArchetypalAnalysis.fit(gaps, archetypes: 2) }
  }
}
