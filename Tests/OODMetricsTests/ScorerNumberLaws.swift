import GenModels
import OODDetectors
import OODMetrics
import Testing

/// What scorers do with numbers of any unit and size, and with rows that they were fitted to.
@Suite("Laws of scorers of tables: units, magnitudes, thresholds")
struct ScorerNumberLaws {
  private static let training = ScorerLaws.table(rows: 200)
  private static let fresh = ScorerLaws.table(rows: 40, seed: 2)

  private func mapped(_ x: Matrix, _ change: ([Double]) -> [Double]) -> Matrix {
    Matrix((0..<x.rows).map { change(x.row($0)) })
  }

  @Test("A change of units changes no score where the method is invariant", arguments: ScorerLawCase.all)
  func units(_ scorer: ScorerLawCase) throws {
    let plain = try scorer.fit(Self.training).score(Self.fresh)
    for (name, change) in scorer.units.changes {
      var scores = try scorer.fit(mapped(Self.training, change)).score(mapped(Self.fresh, change))
      var expected = plain
      var tolerance = 2e-5
      if case .density = scorer.units {
        // What is added to variances is a thousandth of small ones.
        tolerance = 5e-3
        scores = scores.map { $0 - scores[0] }
        expected = plain.map { $0 - plain[0] }
      }
      let largest = expected.map { abs($0) }.max()!
      for (score, number) in zip(scores, expected) {
        #expect(abs(score - number) <= tolerance * largest, "\(name)")
      }
    }
  }

  @Test(
    "Tables of any magnitude are scored with finite numbers, or refused in words",
    arguments: ScorerLawCase.all)
  func magnitudes(_ scorer: ScorerLawCase) throws {
    for exponent in [-300, -200, -155, -100, 100, 149, 160, 200, 300] {
      let unit = power(ten: exponent)
      func scaled(_ x: Matrix) -> Matrix { mapped(x) { $0.map { max(-1e308, min(1e308, $0 * unit)) } } }
      do {
        let fitted = try scorer.fit(scaled(Self.training))
        #expect(try fitted.score(scaled(Self.training)).allSatisfy { scorer.allows($0) }, "10^\(exponent)")
        #expect(
          try fitted.score(scaled(Self.fresh)).allSatisfy { scorer.allows($0) }, "10^\(exponent), fresh rows")
        #expect(
          try fitted.score(Self.fresh).allSatisfy { scorer.allows($0) }, "10^\(exponent), ordinary rows")
      } catch {
        #expect(error is TableError, "10^\(exponent): \(error)")
      }
    }
  }

  private func power(ten exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1.0) { number, _ in exponent < 0 ? number / 10 : number * 10 }
  }

  @Test(
    "One hopeless row has the highest score, and the others keep theirs to the bit",
    arguments: ScorerLawCase.all)
  func hopelessRows(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(Self.training)
    let direction = [1.0, -0.9, 1.1, -40, 0.95]
    let sizes = [1e3, 1e20, 1e80, 1e152, 1e160, 1e200, 1e290, 4e306]
    let far = sizes.map { size in direction.map { $0 * size } }
    let batch = Matrix((0..<Self.fresh.rows).map { Self.fresh.row($0) } + far)
    let scores = try fitted.score(batch)
    #expect(Array(scores.prefix(Self.fresh.rows)) == (try fitted.score(Self.fresh)))
    let farScores = Array(scores.suffix(far.count))
    #expect(farScores.allSatisfy { scorer.allows($0) })
    #expect(zip(farScores, farScores.dropFirst()).allSatisfy { $0 <= $1 }, "\(farScores)")
    #expect(farScores.last! >= scores.prefix(Self.fresh.rows).max()!)
    // And each alone has the score that it has in the batch.
    for (row, score) in zip(far, farScores) { #expect(try fitted.score(Matrix([row])) == [score]) }
  }

  @Test(
    "A threshold of contamination flags that share of new rows, not all of them", arguments: ScorerLawCase.all
  )
  func contamination(_ scorer: ScorerLawCase) throws {
    let table = ScorerLaws.table(rows: 400)
    let new = ScorerLaws.table(rows: 400, seed: 3)
    try contamination(of: scorer.fit(table), training: table, new: new)
  }

  private func contamination(of fitted: some TableScorer, training table: Matrix, new: Matrix) throws {
    let detector = try Detector(fitted, contamination: 0.1, training: table)
    let flagged = try detector.detect(new).count { $0.isOutOfDistribution }
    #expect((4...120).contains(flagged), "\(flagged) of 400 new rows are flagged")
    // What a file holds gives the same threshold.
    let loaded = try loadedScorer(fitted.safetensors().bytes())
    #expect(try loaded.calibrationScores(training: table) == fitted.calibrationScores(training: table))
    #expect(try detector.calibrationScores(training: table) == fitted.calibrationScores(training: table))
    if try (fitted as? any LeaveOneOutScorer)?.leaveOneOutScores() != nil {
      #expect(try fitted.calibrationScores(training: table) != fitted.score(table))
    }
  }

  @Test(
    "A training row's score without itself is that of a scorer that never saw it",
    arguments: [
      ScorerLawCase("nearest-neighbours") {
        try NearestNeighbours(fitting: $0, neighbours: 3, distance: .mean)
      },
      ScorerLawCase("nearest-neighbours, maximum") { try NearestNeighbours(fitting: $0, metric: .chebyshev) },
      ScorerLawCase("kernel-density") { try KernelDensity(fitting: $0, bandwidth: .fixed(1.5)) },
      ScorerLawCase("kernel-density, exponential") {
        try KernelDensity(fitting: $0, bandwidth: .fixed(0.5), kernel: .exponential)
      },
      ScorerLawCase("kernel-density, tophat") {
        try KernelDensity(fitting: $0, bandwidth: .fixed(9), kernel: .tophat)
      },
      ScorerLawCase("kernel-density, cosine") {
        try KernelDensity(fitting: $0, bandwidth: .fixed(40), kernel: .cosine)
      },
    ])
  func leaveOneOut(_ scorer: ScorerLawCase) throws {
    var table = ScorerLaws.table(rows: 70)
    // Rows that are equal, and one far from all.
    for k in 0..<5 {
      table[7, k] = table[8, k]
      table[30, k] = 1e4
    }
    let found = try #require(try (scorer.fit(table) as? any LeaveOneOutScorer)?.leaveOneOutScores())
    for i in 0..<table.rows {
      let others = Matrix((0..<table.rows).filter { $0 != i }.map { table.row($0) })
      let expected = try scorer.fit(others).score(Matrix([table.row(i)]))[0]
      #expect(found[i] == expected || abs(found[i] - expected) <= 1e-9 * max(1, abs(expected)), "row \(i)")
    }
  }
}
