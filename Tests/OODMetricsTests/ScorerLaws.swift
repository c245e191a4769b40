import GenModels
import OODDetectors
import OODMetrics
import Testing

/// A scorer of tables under the laws: how it is fitted, and what may be asked of it.
struct ScorerLawCase: Sendable, CustomTestStringConvertible {
  let name: String
  /// How many different scores it must give to 300 rows that all differ.
  let leastDistinctScores: Int
  /// What changes of the columns' units change no score.
  let units: UnitInvariance
  /// Whether cells without a number are data to it.
  let takesGaps: Bool
  let fit: @Sendable (Matrix) throws -> any TableScorer

  init(
    _ name: String, leastDistinctScores: Int = 100, units: UnitInvariance = .none, takesGaps: Bool = false,
    fit: @escaping @Sendable (Matrix) throws -> any TableScorer
  ) {
    self.name = name
    self.leastDistinctScores = leastDistinctScores
    self.units = units
    self.takesGaps = takesGaps
    self.fit = fit
  }

  var testDescription: String { name }

  /// Whether a score is one that the method may give: a finite number, or +∞ where a compact kernel reaches no training row.
  func allows(_ score: Double) -> Bool { score.isFinite || (score == .infinity && name.hasSuffix("tophat")) }

  /// Every scorer of tables, some with more than one setting. A new one is added here.
  static let all: [ScorerLawCase] =
    featureCases + forestCases + projectionCases + wrapperCases + neighbourCases + densityCases

  static let featureCases = [
    ScorerLawCase("three-sigma", units: .columns) { try ThreeSigmaDetector(fitting: $0) },
    ScorerLawCase("three-sigma, mean", units: .columns) {
      try ThreeSigmaDetector(fitting: $0, aggregation: .mean)
    },
    ScorerLawCase("median-deviation", units: .columns) { try MedianDeviationDetector(fitting: $0) },
    ScorerLawCase("hbos") { try HBOS(fitting: $0) },
    ScorerLawCase("hbos, automatic bins", leastDistinctScores: 20) {
      try HBOS(fitting: $0, bins: .automatic)
    },
    ScorerLawCase("ecod", units: .columns) { try ECOD(fitting: $0) },
    ScorerLawCase("copod", units: .columns) { try COPOD(fitting: $0) },
  ]

  static let forestCases = [
    ScorerLawCase("isolation-forest", units: .columns) {
      try IsolationForest(fitting: $0, using: RandomGenerator(seed: 1))
    },
    ScorerLawCase("mixed-isolation-forest", units: .columns, takesGaps: true) {
      try MixedIsolationForest(fitting: $0, using: RandomGenerator(seed: 1))
    },
    ScorerLawCase("extended-isolation-forest") {
      try ExtendedIsolationForest(fitting: $0, using: RandomGenerator(seed: 1))
    },
    ScorerLawCase("extended-isolation-forest, axes", units: .columns) {
      try ExtendedIsolationForest(fitting: $0, splitFeatures: 1, using: RandomGenerator(seed: 2))
    },
  ]

  static let projectionCases = [
    ScorerLawCase("loda") { try LODA(fitting: $0, using: RandomGenerator(seed: 1)) },
    ScorerLawCase("loda, automatic bins") {
      try LODA(fitting: $0, bins: .automatic, using: RandomGenerator(seed: 1))
    },
    ScorerLawCase("pca", units: .columns) { try PrincipalComponentDetector(fitting: $0) },
    ScorerLawCase("pca, normalized scores", units: .columns) {
      try PrincipalComponentDetector(fitting: $0, rule: .normalizedScores)
    },
    ScorerLawCase("pca, reconstruction", units: .columns) {
      try PrincipalComponentDetector(fitting: $0, components: 2, rule: .reconstruction)
    },
    ScorerLawCase("pca, raw normalized scores", units: .affine) {
      try PrincipalComponentDetector(fitting: $0, rule: .normalizedScores, standardizes: false)
    },
  ]

  static let wrapperCases = [
    ScorerLawCase("prepared", units: .columns) {
      try PreparedScorer(fitting: $0, standardizes: true) { try ECOD(fitting: $0) }
    },
    ScorerLawCase("prepared, neighbours", units: .columns) {
      try PreparedScorer(fitting: $0, standardizes: true) {
        try NearestNeighbours(fitting: $0)
      }
    },
    ScorerLawCase("detector", units: .columns) {
      Detector(try ECOD(fitting: $0), threshold: Threshold(3))
    },
  ]
}

@Suite("Laws of scorers of tables")
struct ScorerLaws {
  /// Correlated normal features with different units.
  static func table(rows: Int, seed: UInt64 = 1) -> Matrix {
    var random = RandomGenerator(seed: seed, stream: 77)
    let z = random.normal([rows, 5])
    return table(rows: rows) { i, j in
      let value = Double(z[i, j]) + 0.7 * Double(z[i, 0]) + Double(j)
      return j == 3 ? 40 * value : value
    }
  }

  /// Five columns of any numbers.
  static func table(rows: Int, _ element: (Int, Int) -> Double) -> Matrix {
    var table = Matrix(rows: rows, columns: 5, repeating: 0)
    for i in 0..<rows {
      for j in 0..<5 { table[i, j] = element(i, j) }
    }
    return table
  }

  static let training = table(rows: 600)
  static let fresh = table(rows: 300, seed: 2)

  @Test("An obvious outlier scores higher than 99% of the training rows", arguments: ScorerLawCase.all)
  func sign(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(Self.training)
    // Against the features' common direction, so that every method can see it.
    let outlier = Matrix([[60, -55, 70, -3000, 65]])
    let score = try fitted.score(outlier)[0]
    let below = try fitted.score(Self.training).count { $0 < score }
    #expect(below >= 594, "\(below) of 600 training rows score lower")
  }

  @Test("The score of a row depends on nothing else in the batch", arguments: ScorerLawCase.all)
  func batch(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(Self.training)
    let whole = try fitted.score(Self.fresh)
    #expect(whole.count == 300)
    for i in [0, 1, 17, 150, 299] {
      #expect(try fitted.score(Matrix([Self.fresh.row(i)])) == [whole[i]], "row \(i) alone")
    }
    let order = Array((0..<300).reversed())
    let reversed = try fitted.score(Matrix(order.map { Self.fresh.row($0) }))
    #expect(reversed == order.map { whole[$0] })
    var pieces: [Double] = []
    for start in stride(from: 0, to: 300, by: 37) {
      pieces += try fitted.score(Matrix((start..<min(300, start + 37)).map { Self.fresh.row($0) }))
    }
    #expect(pieces == whole)
    #expect(try fitted.score(Matrix(rows: 0, columns: 5, elements: [])).isEmpty)
  }

  @Test("Fitting and scoring have the same bits on any number of threads", arguments: ScorerLawCase.all)
  func threads(_ scorer: ScorerLawCase) throws {
    let table = Self.table(rows: 5000)
    let one = try Parallelism.withThreads(1) { try scorer.fit(table).score(table) }
    let many = try Parallelism.withThreads(5) { try scorer.fit(table).score(table) }
    #expect(one == many)
  }

  @Test("A saved scorer gives the same bits, and is found by its kind", arguments: ScorerLawCase.all)
  func saved(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(Self.training)
    let bytes = try fitted.archive().file().bytes()
    let loaded = try loadedScorer(bytes)
    #expect(type(of: loaded) == type(of: fitted))
    #expect(loaded.featureCount == 5)
    #expect(try loaded.score(Self.fresh) == fitted.score(Self.fresh))
    #expect(try loaded.archive().file().bytes() == bytes)
  }

  @Test("A damaged file is refused, whichever byte it is", arguments: ScorerLawCase.all)
  func damaged(_ scorer: ScorerLawCase) throws {
    let bytes = try scorer.fit(Self.training).archive().file().bytes()
    for k in 0..<60 {
      var flipped = bytes
      flipped[k * (bytes.count - 1) / 59] ^= 1 << UInt8(k % 8)
      #expect(throws: (any Error).self, "bit \(k % 8) of byte \(k * (bytes.count - 1) / 59)") {
        try loadedScorer(flipped)
      }
      #expect(throws: (any Error).self) {
        try loadedScorer(Array(bytes.prefix(k * bytes.count / 60)))
      }
    }
  }

  @Test(
    "NaN and infinities are refused with row and column, in training and in scoring",
    arguments: ScorerLawCase.all)
  func notFinite(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(Self.training)
    for bad in [Double.nan, .infinity, -.infinity] {
      var table = Self.training
      table[41, 3] = bad
      if bad.isNaN, scorer.takesGaps {
        #expect(try fitted.score(table).allSatisfy(\.isFinite))
        #expect(try scorer.fit(table).score(Self.training).allSatisfy(\.isFinite))
        continue
      }
      #expect(throws: ExampleError.notFinite(example: 41, feature: 3, value: bad)) {
        try fitted.score(table)
      }
      #expect(throws: TableError.notFinite(row: 41, column: 3, value: bad)) { try scorer.fit(table) }
    }
  }

  @Test("Tables of another width, and tables of nothing, are refused", arguments: ScorerLawCase.all)
  func shapes(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(Self.training)
    #expect(throws: ExampleError.unexpectedShape(found: [6], expected: [5])) {
      try fitted.score(Matrix(rows: 2, columns: 6, repeating: 1))
    }
    #expect(throws: TableError.self) { try scorer.fit(Matrix(rows: 0, columns: 5, elements: [])) }
    #expect(throws: TableError.self) { try scorer.fit(Matrix(rows: 10, columns: 0, elements: [])) }
  }

  @Test("Different rows get different scores", arguments: ScorerLawCase.all)
  func diversity(_ scorer: ScorerLawCase) throws {
    let scores = try scorer.fit(Self.training).score(Self.fresh)
    #expect(Set(scores).count >= scorer.leastDistinctScores)
  }

  @Test(
    "Constant columns, duplicates and extremes give finite scores or a typed error",
    arguments: ScorerLawCase.all)
  func degenerate(_ scorer: ScorerLawCase) throws {
    let halves = Self.table(rows: 40) { i, j in [Double(i % 2), 7, Double(i % 2), 0, -0.0][j] }
    let huge = Self.table(rows: 40) { i, j in Double(i + j) * (i % 2 == 0 ? 1e30 : -1e30) }
    let tiny = Self.table(rows: 40) { i, j in Double(i * j) * Double.leastNonzeroMagnitude }
    let few = Self.table(rows: 3) { i, j in Double(i * j) }
    let one = Self.table(rows: 1) { _, j in Double(j) }
    let tables = [Matrix(rows: 20, columns: 5, repeating: 3), halves, huge, tiny, few, one]
    for (number, table) in tables.enumerated() {
      do {
        let fitted = try scorer.fit(table)
        #expect(try fitted.score(table).allSatisfy { scorer.allows($0) }, "table \(number)")
        #expect(try fitted.score(Self.fresh).allSatisfy { scorer.allows($0) }, "table \(number), fresh rows")
      } catch {
        #expect(error is TableError || error is LinearAlgebraError, "table \(number): \(error)")
      }
    }
  }

  @Test("Contributions make up the score as the scorer says", arguments: ScorerLawCase.all)
  func contributions(_ scorer: ScorerLawCase) throws {
    guard let fitted = try scorer.fit(Self.training) as? any TableScorer & ExplainableScorer else { return }
    let scores = try fitted.score(Self.fresh)
    let contributions = try explain(fitted, Self.fresh)
    #expect(contributions.rows == 300 && contributions.columns == 5)
    for i in 0..<300 {
      let row = contributions.row(i)
      let sum = row.reduce(0, +)
      switch fitted.contributionRule {
      case .sum: #expect(abs(sum - scores[i]) <= 1e-9 * max(1, abs(scores[i])))
      case .mean: #expect(abs(sum / 5 - scores[i]) <= 1e-9 * max(1, abs(scores[i])))
      case .maximum: #expect(row.max()! == scores[i])
      case .ranking: break
      }
    }
    // A row that is off in one feature owes its score to that feature.
    var row = (0..<5).map { j in Self.training.column(j).reduce(0, +) / 600 }
    let usual = row
    row[2] += 60
    let both = try explain(fitted, Matrix([usual, row]))
    let blame = (0..<5).map { both[1, $0] - both[0, $0] }
    #expect(blame.firstIndex(of: blame.max()!) == 2)
  }

  private func explain(_ scorer: any TableScorer & ExplainableScorer, _ x: Matrix) throws -> Matrix {
    func open<S: TableScorer & ExplainableScorer>(_ scorer: S) throws -> Matrix {
      try scorer.contributions(x)
    }
    return try open(scorer)
  }

  @Test("Every kind of scorer has a name of its own and is under the laws")
  func registered() throws {
    let types = ModelCatalogue.standard.types.values
    let kinds = types.compactMap { ($0 as? any TableScorer.Type)?.kind } + ["prepared", "detector"]
    let covered = Set(try ScorerLawCase.all.map { type(of: try $0.fit(Self.training)).kind })
    // Every kind of the catalogue is under the laws of `OODLaws`; these are more of them, for detectors of `OODDetectors` without labels.
    let detectors = Set(ModelCatalogue.detectors.types.keys).subtracting(ModelCatalogue.generative.types.keys)
    let own = ModelCatalogue.detectors.types.filter { detectors.contains($0.key) }.values
      .filter { !($0 is any LabelledTableFitted.Type) }.compactMap { ($0 as? any TableScorer.Type)?.kind }
    #expect(!own.isEmpty && Set(own).isSubset(of: covered), "\(Set(own).subtracting(covered))")
    #expect(covered.isSubset(of: kinds))
  }
}
