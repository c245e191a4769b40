import GenModels
import OODDetectors
import OODMetrics
import Testing

/// A scorer that was fitted with one processor's kernels is used with those of another: what it keeps for them must not
/// depend on which.
@Suite("Scorers under other kernels than those they were fitted with")
struct KernelVariantScoringTests {
  /// More columns than trees are searched in.
  private static func wide(rows: Int, seed: UInt64) -> Matrix {
    var random = RandomGenerator(seed: seed)
    let z = random.normal([rows, 20])
    var table = Matrix(rows: rows, columns: 20, repeating: 0)
    for row in 0..<rows {
      for column in 0..<20 {
        table[row, column] = Double(z[row, column]) * Double(column + 1) + Double(3 * column)
      }
    }
    return table
  }

  private static let wideCases: [ScorerLawCase] = [
    ScorerLawCase("nearest neighbours") { try NearestNeighbours(fitting: $0) },
    ScorerLawCase("nearest neighbours, manhattan") { try NearestNeighbours(fitting: $0, metric: .manhattan) },
    ScorerLawCase("indegree") { try NeighbourGraphIndegree(fitting: $0, neighbours: 5) },
    ScorerLawCase("local outlier factor") { try LocalOutlierFactor(fitting: $0, neighbours: 10) },
    ScorerLawCase("kernel density") { try KernelDensity(fitting: $0, bandwidth: .fixed(20)) },
    ScorerLawCase("Mahalanobis") { try Mahalanobis(fitting: $0) },
  ]

  private func expectSame(_ scorer: ScorerLawCase, training: Matrix, fresh: Matrix) throws {
    for fitting in KernelVariant.available {
      let fitted = try KernelVariant.using(fitting) { try scorer.fit(training) }
      let own = try KernelVariant.using(fitting) { try fitted.score(fresh) }
      for scoring in KernelVariant.available where scoring != fitting {
        let other = try KernelVariant.using(scoring) { try fitted.score(fresh) }
        // A row on a bin's edge may fall to its other side.
        let different = zip(own, other).count { abs($0 - $1) > 1e-6 * max(1, abs($0), abs($1)) && $0 != $1 }
        #expect(
          different <= fresh.rows / 100,
          "\(different) scores differ, fitted with \(fitting), scored with \(scoring)")
      }
    }
  }

  @Test("Tables of few columns", arguments: ScorerLawCase.all)
  func narrow(_ scorer: ScorerLawCase) throws {
    try expectSame(scorer, training: ScorerLaws.training, fresh: ScorerLaws.fresh)
  }

  @Test("Tables of many columns", arguments: wideCases)
  func wide(_ scorer: ScorerLawCase) throws {
    try expectSame(scorer, training: Self.wide(rows: 700, seed: 1), fresh: Self.wide(rows: 200, seed: 2))
  }
}
