import Foundation
import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Tables with times, categories and gaps")
struct ColumnEncodingTests {
  private let kinds: [ColumnKind] = [.number, .category(["a", "b", "c"]), .time]
  /// Twelve hours and one after another.
  private var table: Matrix {
    Matrix([[1, 0, 0], [3, 1, 21_600], [5, 1, 43_200], [.nan, .nan, 64_800]])
  }

  private func prepared(_ change: (inout TablePreparation.Settings) -> Void) throws -> Matrix {
    var settings = TablePreparation.Settings()
    settings.imputation = .median
    change(&settings)
    return try TablePreparation(fitting: table, columnKinds: kinds, settings: settings)(table)
  }

  private func expectEqual(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-9, "\(found) is not \(expected)") }
  }

  @Test("One-hot names, the hour of the day on a circle, and gaps filled")
  func oneHot() throws {
    let x = try prepared { _ in }
    // The table spans less than a week: of times only the day's cycle.
    expectEqual(x.row(0), [1, 1, 0, 0, 0, 1])
    expectEqual(x.row(1), [3, 0, 1, 0, 1, 0])
    expectEqual(x.row(3), [3, 0, 0, 0, -1, 0])
  }

  @Test("Ordinal and frequency codes, indicators and the most frequent value")
  func codings() throws {
    expectEqual(try prepared { $0.coding = .ordinal }.column(1), [0, 1, 1, 1])
    expectEqual(try prepared { $0.coding = .frequency }.column(1), [0.25, 0.5, 0.5, 0])
    let indicated = try prepared { $0.hasIndicators = true }
    expectEqual(indicated.row(3), [3, 0, 0, 0, -1, 0, 1, 1])
    expectEqual(indicated.row(0), [1, 1, 0, 0, 0, 1, 0, 0])
    let frequent = try prepared {
      $0.imputation = .mostFrequent
      $0.coding = .ordinal
    }
    expectEqual(frequent.row(3), [1, 1, -1, 0])
  }

  @Test("Weeks and years are cycles where the training table spans them")
  func cycles() throws {
    let days = (0..<800).map { [Double($0) * 86_400] }
    let preparation = try TablePreparation(
      fitting: Matrix(days), columnKinds: [.time], settings: TablePreparation.Settings())
    #expect(preparation.preparedCount == 6)
    let week = try preparation(Matrix([[0], [7 * 86_400]]))
    expectEqual(Array(week.row(0)[0..<4]), Array(week.row(1)[0..<4]))
    #expect(abs(week[0, 5] - week[1, 5]) > 1e-3)
  }

  @Test("Robust scales are medians and quartiles")
  func robust() throws {
    var settings = TablePreparation.Settings()
    settings.scaling = .robust
    let x = Matrix([[0], [1], [2], [3], [1000]])
    let scaled = try TablePreparation(fitting: x, settings: settings)(x)
    expectEqual(scaled.column(0), [-1, -0.5, 0, 0.5, 499])
  }

  @Test("Unknown names are no error where names have features, and gaps are one where nothing fills them")
  func unknown() throws {
    let preparation = try TablePreparation(
      fitting: Matrix([[0, 1], [1, 2], [2, 3]]), columnKinds: [.category(["a", "b", "c"]), .number],
      settings: TablePreparation.Settings())
    expectEqual(try preparation(Matrix([[.nan, 2]])).row(0), [0, 0, 0, 2])
    expectEqual(try preparation(Matrix([[7, 2]])).row(0), [0, 0, 0, 2])
    #expect(throws: ExampleError.self) { try preparation(Matrix([[0, .nan]])) }
    #expect(throws: ExampleError.self) { try preparation(Matrix([[0, .infinity]])) }
    var ordinal = TablePreparation.Settings()
    ordinal.coding = .ordinal
    let strict = try TablePreparation(
      fitting: Matrix([[0], [1]]), columnKinds: [.category(["a", "b"])], settings: ordinal)
    #expect(throws: ExampleError.self) { try strict(Matrix([[.nan]])) }
  }

  @Test("More names than there may be features are refused with the way out")
  func tooManyNames() throws {
    let names = (0..<20_000).map { "n\($0)" }
    let x = Matrix(rows: 3, columns: 1, elements: [0, 1, 2])
    let error = try #require(throws: TableError.self) {
      try TablePreparation(
        fitting: x, columnKinds: [.category(names)], settings: TablePreparation.Settings())
    }
    #expect("\(error)".contains("frequency"))
  }

  @Test("Contributions of features add up to those of their columns, in files too")
  func contributions() throws {
    var settings = TablePreparation.Settings()
    settings.imputation = .median
    settings.hasIndicators = true
    let scorer = try PreparedScorer(
      fitting: table, columnNames: ["weight", "machine", "time"], columnKinds: kinds, settings: settings
    ) { try HBOS(fitting: $0) }
    let loaded = try PreparedScorer<HBOS>(
      safetensors: SafetensorsFile(bytes: scorer.archive().file().bytes()))
    #expect(loaded.columnKinds == kinds && loaded.columnNames == ["weight", "machine", "time"])
    #expect(loaded.preparation == scorer.preparation)
    let scores = try scorer.score(table)
    #expect(try loaded.score(table) == scores)
    let contributions = try scorer.contributions(table)
    #expect(contributions.columns == 3)
    #expect(scorer.contributionRule == .sum)
    for row in 0..<4 { #expect(abs(contributions.row(row).reduce(0, +) - scores[row]) < 1e-9) }
  }

  @Test("A scorer that does not explain itself is asked with each column replaced by what is usual")
  func replacement() throws {
    let rows = (0..<60).map { (i: Int) -> [Double] in [Double(i % 7), Double(i % 5), Double(i % 3)] }
    let x = Matrix(rows)
    let scorer = try NearestNeighbours(fitting: x)
    #expect(throws: TableError.self) { try TableExplanation(of: scorer, replacements: nil) }
    let explanation = try TableExplanation(of: scorer, replacements: [3, 2, 1])
    #expect(explanation.origin == .replacement)
    let odd = Matrix([[3, 40, 1]])
    let parts = try explanation.contributions(odd).row(0)
    #expect(TableExplanation.leading(parts, most: 2) == [1])
    #expect(try abs(parts[1] - (scorer.score(odd)[0] - scorer.score(Matrix([[3, 2, 1]]))[0])) < 1e-9)
    let own = try TableExplanation(of: HBOS(fitting: x), replacements: nil)
    #expect(own.origin == .scorer(.sum))
  }
}
