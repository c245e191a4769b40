import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Isolation forests")
struct IsolationForestTests {
  @Test("c(n) is the mean path length of an unsuccessful search")
  func averagePath() {
    #expect(IsolationForest.averagePathLength(0) == 0)
    #expect(IsolationForest.averagePathLength(1) == 0)
    #expect(IsolationForest.averagePathLength(2) == 1)
    // 2 (ln 4 + γ) − 8/5
    #expect(abs(IsolationForest.averagePathLength(5) - 2.327020052042847) < 1e-12)
  }

  @Test("Two rows are split at the root: paths of 1, scores of ½ on both sides")
  func twoRows() throws {
    let table = Matrix([[0, 7], [1, 7]])
    let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
    #expect(try forest.meanPathLengths(table) == [1, 1])
    #expect(try forest.score(table) == [0.5, 0.5])
    #expect(forest.sampleSize == 2)
  }

  @Test("Equal rows can't be split: one leaf with the path c(n)")
  func equalRows() throws {
    let table = Matrix(rows: 50, columns: 3, repeating: 4)
    let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
    #expect(abs(try forest.meanPathLengths(table)[0] - IsolationForest.averagePathLength(50)) < 1e-12)
    #expect(abs(try forest.score(table)[0] - 0.5) < 1e-12)
  }

  @Test("Paths of the training rows are long on average and end at the depth limit")
  func depths() throws {
    let table = ScorerLaws.table(rows: 256)
    let forest = try IsolationForest(fitting: table, trees: 200, using: RandomGenerator(seed: 3))
    let lengths = try forest.meanPathLengths(table)
    // Every tree is grown on all 256 rows, to depth 8.
    #expect(lengths.allSatisfy { $0 > 1 && $0 < 8 + IsolationForest.averagePathLength(128) })
    let mean = lengths.reduce(0, +) / 256
    #expect(abs(mean / IsolationForest.averagePathLength(256) - 1) < 0.3)
  }

  @Test("The same seed gives the same forest, another seed another")
  func seeds() throws {
    let table = ScorerLaws.table(rows: 400)
    let scores = try [1, 1, 2].map {
      try IsolationForest(fitting: table, using: RandomGenerator(seed: $0)).score(table)
    }
    #expect(scores[0] == scores[1])
    #expect(scores[0] != scores[2])
  }

  @Test("Contributions and a constant make the logarithm of the score")
  func contributions() throws {
    let table = ScorerLaws.table(rows: 400)
    let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 5))
    let scores = try forest.score(ScorerLaws.fresh)
    let contributions = try forest.contributions(ScorerLaws.fresh)
    let (scale, lengths) = (
      IsolationForest.averagePathLength(256), try forest.meanPathLengths(ScorerLaws.fresh)
    )
    var constants: [Double] = []
    for i in 0..<300 {
      // log₂ score = −E[h] / c.
      #expect(abs(scores[i] - 1) < 1)
      constants.append(-lengths[i] / scale - contributions.row(i).reduce(0, +))
    }
    #expect(constants.max()! - constants.min()! < 1e-9)
  }

  @Test("The extended forest sees what lies between clusters, where the plain one has bands")
  func bands() throws {
    // Two clusters at (0, 10) and (10, 0): (0, 0) lies on both clusters' bands.
    var random = RandomGenerator(seed: 4)
    let noise = random.normal([600, 2])
    var table = Matrix(Tensor(noise.elements, shape: [600, 2]))
    for i in 0..<600 { table[i, i % 2] += 10 }
    let ghost = Matrix([[0, 0]])
    let plain = try IsolationForest(fitting: table, trees: 300, using: RandomGenerator(seed: 1))
    let extended = try ExtendedIsolationForest(fitting: table, trees: 300, using: RandomGenerator(seed: 1))
    let plainMargin = try plain.score(ghost)[0] - plain.score(table).reduce(0, +) / 600
    let extendedMargin = try extended.score(ghost)[0] - extended.score(table).reduce(0, +) / 600
    #expect(extendedMargin > plainMargin)
  }

  @Test("Settings that can't be are refused")
  func settings() {
    let table = ScorerLaws.table(rows: 10)
    let random = RandomGenerator(seed: 1)
    #expect(throws: TableError.self) { try IsolationForest(fitting: table, trees: 0, using: random) }
    #expect(throws: TableError.self) { try IsolationForest(fitting: table, sampleSize: 1, using: random) }
    #expect(throws: TableError.self) {
      try ExtendedIsolationForest(fitting: table, splitFeatures: 6, using: random)
    }
    #expect(throws: TableError.tooFewRows(found: 1, needed: 2, reason: "to split")) {
      try IsolationForest(fitting: Matrix([[1, 2]]), using: random)
    }
  }
}
