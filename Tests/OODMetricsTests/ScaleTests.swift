import GenModels
import OODDetectors
import OODMetrics
import Testing

/// Columns of very different units, offsets and counts.
@Suite("Scale, constancy and few rows")
struct ScaleTests {
  @Test("No direction is dropped because of its unit")
  func corners() throws {
    let x = Matrix([[-4e9, -0.5], [4e9, -0.5], [-4e9, 0.5], [4e9, 0.5]])
    let scores = try Mahalanobis(fitting: x).score(Matrix([[0, 50], [4e9, 0.5], [0, 0]]))
    #expect(agree(scores, [1e4, 2, 0], 1e-12))
    #expect(try Mahalanobis(fitting: x).rank == 2)
    let raw = try PrincipalComponentDetector(fitting: x, rule: .normalizedScores, standardizes: false)
    #expect(raw.componentCount == 2)
    #expect(agree(try raw.score(Matrix([[0, 50]])), [0.75 * 1e4], 1e-12))
  }

  /// Normal columns; the first as nanoseconds since 1970, the second a share.
  private static func timestamps(_ rows: Int, seed: UInt64, shift: Double = 0) -> Matrix {
    let z = ReferenceTable.normal(rows, 3, seed: seed)
    return Matrix((0..<rows).map { [1.6e18 + 3e12 * z[$0, 0], 1e-4 * (z[$0, 1] + shift), 5 * z[$0, 2]] })
  }

  @Test("An anomaly in a small unit is seen beside a column of nanoseconds", arguments: [false, true])
  func nanoseconds(robust: Bool) throws {
    let estimate: Mahalanobis.Estimate = robust ? .minimumDeterminant() : .empirical
    let scorer = try Mahalanobis(fitting: Self.timestamps(300, seed: 1), covariance: estimate)
    let ranking = try ScoreRanking(
      inDistribution: scorer.score(Self.timestamps(100, seed: 2)),
      outOfDistribution: scorer.score(Self.timestamps(100, seed: 3, shift: 9)))
    #expect(ranking.auroc == 1)
    #expect(scorer.rank == 3)
  }

  @Test("A column that depends on another but for rounding is no direction, however large its offset")
  func dependentWithOffset() throws {
    let z = ReferenceTable.normal(80, 2)
    let x = Matrix((0..<80).map { [z[$0, 0], 3 * z[$0, 0] + 7e8, z[$0, 1]] })
    let scorer = try Mahalanobis(fitting: x)
    #expect(scorer.rank == 2)
    #expect(try scorer.score(x).max()! < 30)
  }

  @Test("Constant means that the smallest entry is the largest, whatever the mean's rounding or the offset")
  func constancy() throws {
    let z = ReferenceTable.normal(999, 1)
    let x = Matrix((0..<999).map { [0.1, 1e9 + 1e-6 * Double($0 % 7), z[$0, 0]] })
    let sigma = try ThreeSigmaDetector(fitting: x)
    #expect(sigma.centres[0] == 0.1 && sigma.scales[0] == 1)
    // 1e9 has digits down to 10⁻⁷: the spread of the second column is 2·10⁻⁶.
    #expect(agree([sigma.scales[1]], [2e-6], 0.1))
    #expect(try sigma.score(Matrix([[0.1, 1e9 + 1, 0]]))[0] > 1e5)
    let scorer = try Mahalanobis(fitting: x)
    #expect(scorer.rank == 2)
    #expect(scorer.moments.mean[0] == 0.1 && scorer.moments.covariance[0, 0] == 0)
    let preparation = try TablePreparation(fitting: x, imputesMedians: false, standardizes: true)
    #expect(try preparation(x).column(0).allSatisfy { $0 == 0 })
    let tiny = Matrix((0..<9).map { [5e-300 * Double($0)] })
    #expect(try MedianDeviationDetector(fitting: tiny).score(Matrix([[5e-298]]))[0] > 10)
    #expect(try ThreeSigmaDetector(fitting: tiny).score(Matrix([[5e-298]]))[0] > 10)
  }

  @Test("Raw principal components keep the variances of small units")
  func gradedComponents() throws {
    var x = ScorerLaws.table(rows: 100)
    for i in 0..<100 {
      x[i, 0] *= 1e9
      x[i, 1] *= 1e-7
    }
    let raw = try PrincipalComponentDetector(fitting: x, rule: .normalizedScores, standardizes: false)
    let scaled = try PrincipalComponentDetector(fitting: x, rule: .normalizedScores)
    #expect(raw.componentCount == 5)
    // With all components both are Mahalanobis distances.
    #expect(agree(try raw.score(x), try scaled.score(x), 1e-8))
  }

  @Test("One row a billion deviations off leaves the robust estimate what it was")
  func wildRow() throws {
    let x = ReferenceTable.normal(200, 4)
    let clean = try Mahalanobis(fitting: x, covariance: .minimumDeterminant()).score(x)
    for size in [1e7, 1e10, 1e100] {
      var wild = x
      for k in 0..<4 { wild[17, k] = size * Double(k + 1) }
      let scores = try Mahalanobis(fitting: wild, covariance: .minimumDeterminant()).score(wild)
      #expect(scores[17] > 1e10)
      let others = (0..<200).filter { $0 != 17 }
      #expect(others.allSatisfy { abs(scores[$0] / clean[$0] - 1) < 0.2 })
    }
  }

  @Test("Local outlier factors don't depend on the unit, and repeated rows are counted")
  func localOutlierFactor() throws {
    var x = ReferenceTable.normal(60, 2)
    let plain = try LocalOutlierFactor(fitting: x, neighbours: 5)
    #expect(plain.repeatedRows == 0)
    #expect(
      agree(
        try LocalOutlierFactor(fitting: x * 1e-13, neighbours: 5).trainingScores, plain.trainingScores, 1e-4))
    for i in 0..<6 { for k in 0..<2 { x[i, k] = 0.5 } }
    #expect(try LocalOutlierFactor(fitting: x, neighbours: 5).repeatedRows == 6)
    #expect(try LocalOutlierFactor(fitting: x, neighbours: 6).repeatedRows == 0)
    #expect(try LocalOutlierFactor(fitting: x, neighbours: 5, distinct: true).repeatedRows == 0)
  }

  // MARK: Fewer rows than columns

  private static let wide = { () -> Matrix in
    var x = ReferenceTable.normal(14, 60, seed: 8)
    for i in 0..<14 {
      x[i, 3] = 1e6 + 1e4 * x[i, 3]
      x[i, 9] = 2.5
      x[i, 20] *= 1e-5
    }
    return x
  }()
  private static let wideFresh = ReferenceTable.normal(5, 60, seed: 9)

  @Test("Few rows give the distances of the covariance written out", arguments: [false, true])
  func fewRows(shrunk: Bool) throws {
    let x = shrunk ? ReferenceTable.normal(14, 60, seed: 8) : Self.wide
    let scorer = try Mahalanobis(fitting: x, covariance: shrunk ? .ledoitWolf : .empirical)
    let moments = shrunk ? try Moments.ledoitWolf(x).moments : try Moments(of: x)
    #expect(agree(scorer.moments.covariance.elements, moments.covariance.elements, 1e-6) || !shrunk)
    #expect(agree(scorer.moments.covariance.diagonal, moments.covariance.diagonal, 1e-9))
    let written = try Mahalanobis(moments)
    #expect(scorer.rank == written.rank && scorer.rank == (shrunk ? 60 : 13))
    #expect(agree(try scorer.score(Self.wideFresh), try written.score(Self.wideFresh), 1e-7))
    #expect(agree(try scorer.score(x), try written.score(x), 1e-7))
    let sums = try scorer.contributions(Self.wideFresh)
    #expect(agree((0..<5).map { sums.row($0).reduce(0, +) }, try scorer.score(Self.wideFresh), 1e-7))
    #expect(agree(scorer.precision.diagonal, written.precision.diagonal, 1e-6))
    let loaded = try Mahalanobis(decoding: scorer.archive())
    #expect(try loaded.score(Self.wideFresh) == scorer.score(Self.wideFresh))
    if !shrunk {
      #expect(throws: TableError.self) { try Mahalanobis(fitting: x, whenSingular: .refused) }
    }
  }

  @Test(
    "Principal components of few rows are those of the covariance",
    arguments: PrincipalComponentDetector.Rule.allCases)
  func fewRowsComponents(rule: PrincipalComponentDetector.Rule) throws {
    // The same rows many times over have the same components, by way of the covariance.
    let x = ReferenceTable.normal(9, 20, seed: 3)
    let repeated = Matrix((0..<9 * 3).map { x.row($0 % 9) })
    let few = try PrincipalComponentDetector(fitting: x, components: 5, rule: rule)
    let many = try PrincipalComponentDetector(fitting: repeated, components: 5, rule: rule)
    let fresh = ReferenceTable.normal(4, 20, seed: 4)
    // λ divides by n − 1: 8 of 9 here, 26 of 27 there.
    let factor = rule == .normalizedScores ? (8.0 / 9) / (26.0 / 27) : 1
    #expect(agree(try few.score(fresh), try many.score(fresh).map { $0 * factor }, 1e-8))
    #expect(try PrincipalComponentDetector(fitting: x, rule: rule).componentCount == 8)
  }

  @Test("A covariance that no memory holds is an error of its own kind, and few rows need none")
  func memory() throws {
    let x = Matrix(rows: 3, columns: 400_000, elements: (0..<1_200_000).map { Double($0 * 7919 % 10_007) })
    #expect(throws: TableError.self) { try Moments(of: x) }
    #expect(throws: TableError.self) { try GaussianMixture(fitting: x, components: 2) }
    do { _ = try Moments(of: x) } catch { #expect("\(error)".contains("no memory")) }
    #expect(try Mahalanobis(fitting: x).score(x).allSatisfy { abs($0 - 2) < 1e-6 })
    #expect(try Mahalanobis(fitting: x, covariance: .ledoitWolf).score(x).allSatisfy { $0.isFinite })
    #expect(try PrincipalComponentDetector(fitting: x).score(x).allSatisfy { $0.isFinite })
  }
}
