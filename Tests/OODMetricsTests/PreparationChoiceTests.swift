import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Gaps filled by neighbours, quantile and power scales")
struct PreparationChoiceTests {
  private func settings(_ change: (inout TablePreparation.Settings) -> Void) -> TablePreparation.Settings {
    var settings = TablePreparation.Settings()
    change(&settings)
    return settings
  }

  private func expectEqual(_ found: [Double], _ expected: [Double], within tolerance: Double) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance, "\(found) is not \(expected)") }
  }

  private func reloaded(_ preparation: TablePreparation) throws -> TablePreparation {
    try TablePreparation(safetensors: SafetensorsFile(bytes: try preparation.archive().file().bytes()))
  }

  /// Skewed, of both signs.
  private let skewed = Matrix([[-2], [0.5], [1], [1.5], [2], [3], [5], [9], [17], [40]])

  @Test("A gap gets the mean over the two nearest rows that have the entry")
  func nearest() throws {
    let table = Matrix([[1, 10, 0], [2, 20, .nan], [3, 30, 4], [10, 100, 8], [2.2, .nan, .nan]])
    let preparation = try TablePreparation(
      fitting: table,
      settings: settings {
        $0.imputation = .nearest
        $0.neighbours = 2
      })
    let filled = try preparation(table)
    // Row 4 lies by its first entry at rows 1 and 2; of those that have the third entry, at rows 2 and 0.
    expectEqual(filled.row(4), [2.2, 25, 2], within: 1e-12)
    expectEqual(filled.row(0), [1, 10, 0], within: 0)
    // Nothing to compare by: medians.
    expectEqual(try preparation(Matrix([[.nan, .nan, .nan]])).row(0), [2.2, 25, 4], within: 1e-12)
    // Training rows with gaps are NaN, which equals nothing: the answers are compared.
    #expect(try reloaded(preparation)(table) == filled)
    #expect(throws: TableError.self) {
      try TablePreparation(
        fitting: table,
        settings: settings {
          $0.imputation = .nearest
          $0.neighbours = 0
        })
    }
  }

  @Test("Units don't choose the neighbours")
  func nearestUnits() throws {
    let table = ScorerLaws.table(rows: 60)
    var (gaps, large) = (ScorerLaws.table(rows: 10, seed: 4), ScorerLaws.table(rows: 10, seed: 4))
    var largeTable = table
    for row in 0..<60 { largeTable[row, 1] *= 1024 }
    for row in 0..<10 {
      (gaps[row, 0], large[row, 0]) = (.nan, .nan)
      large[row, 1] *= 1024
    }
    let nearest = settings { $0.imputation = .nearest }
    let a = try TablePreparation(fitting: table, settings: nearest)(gaps)
    let b = try TablePreparation(fitting: largeTable, settings: nearest)(large)
    expectEqual(a.column(0), b.column(0), within: 1e-9)
    #expect(Set(a.column(0)).count > 5)
  }

  @Test("Powers are those of greatest likelihood: scikit-learn's, to its solver's tolerance")
  func power() throws {
    let preparation = try TablePreparation(fitting: skewed, settings: settings { $0.scaling = .power })
    expectEqual(
      try preparation(skewed).column(0),
      [
        -1.985666823545738, -0.5931800729330117, -0.46133651212367816, -0.35048960583639943,
        -0.25393561597464936,
        -0.08980637395424573, 0.1683825862826559, 0.5444855861987997, 1.0594686595525749, 1.962078172333692,
      ], within: 1e-5)
    #expect(try reloaded(preparation) == preparation)
    let far = try preparation(Matrix([[1e308], [-1e308]])).elements
    #expect(far.allSatisfy(\.isFinite) && far[0] > 1e6 && far[1] < -1e6)
  }

  @Test("Quantiles become normal: scikit-learn's between the training rows, half a row inside at the ends")
  func quantile() throws {
    let preparation = try TablePreparation(fitting: skewed, settings: settings { $0.scaling = .quantile })
    expectEqual(
      try preparation(Matrix([[0.75], [1.2], [4], [20]])).column(0),
      [-0.967421566101701, -0.6229257232100878, 0.28221614706250825, 1.3010635149682175], within: 1e-12)
    // Φ⁻¹(0.05) and Φ⁻¹(0.95).
    expectEqual(
      try preparation(Matrix([[-1e9], [-2], [40], [1e9]])).column(0),
      [-1.6448536269514724, -1.6448536269514724, 1.6448536269514724, 1.6448536269514724], within: 1e-12)
    #expect(try reloaded(preparation) == preparation)
    // Of equal training rows a value gets the middle of the shares.
    let ties = try TablePreparation(
      fitting: Matrix([[1], [1], [1], [2], [3]]), settings: settings { $0.scaling = .quantile })
    expectEqual(
      try ties(Matrix([[1], [1.5]])).column(0), [-0.6744897501960817, 0.31863936396437514], within: 1e-12)
  }

  @Test("Constant columns are named, and no scale is broken by them")
  func constant() throws {
    let table = Matrix([[1, 7], [2, 7], [.nan, 7]])
    for scaling in TablePreparation.Scaling.allCases {
      let preparation = try TablePreparation(
        fitting: table,
        settings: settings {
          $0.imputation = .median
          $0.scaling = scaling
        })
      #expect(preparation.constantColumns == [1])
      #expect(try preparation(Matrix([[1, 7], [1, 9]])).elements.allSatisfy(\.isFinite))
      #expect(try reloaded(preparation) == preparation)
    }
  }

  @Test("Gaps can be kept for a scorer that takes them, unscaled")
  func kept() throws {
    let table = Matrix([[1, .nan], [2, 5], [.nan, 6]])
    let preparation = try TablePreparation(fitting: table, settings: settings { $0.imputation = .keep })
    #expect(try preparation(table).row(0)[1].isNaN)
    #expect(throws: TableError.self) {
      try TablePreparation(
        fitting: table,
        settings: settings {
          $0.imputation = .keep
          $0.scaling = .standard
        })
    }
    #expect(throws: TableError.self) {
      try TablePreparation(fitting: Matrix([[.infinity], [1]]), settings: settings { $0.imputation = .keep })
    }
  }
}
