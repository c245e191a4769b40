import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Isolation forests of tables as they are")
struct MixedIsolationForestTests {
  /// A number that goes with its category, of which there are three, and one row in ten with a gap in either.
  static func table(rows: Int, seed: UInt64) -> Matrix {
    var random = RandomGenerator(seed: seed)
    let noise = random.normal([rows, 2])
    return Matrix(
      (0..<rows).map { row in
        let category = Double(row % 3)
        return [
          row % 10 == 3 ? .nan : 5 * category + Double(noise[row, 0]), row % 10 == 7 ? .nan : category,
          Double(noise[row, 1]),
        ]
      })
  }

  static let training = table(rows: 400, seed: 1)
  static let forest = Result {
    try MixedIsolationForest(fitting: training, categories: [1], using: RandomGenerator(seed: 2))
  }

  @Test("Rows far off, and names that are rare, score higher, with gaps beside them too")
  func outliers() throws {
    let forest = try Self.forest.get()
    let usual = try forest.score(Self.table(rows: 200, seed: 3)).sorted()
    for score in try forest.score(Matrix([[40, 1, 9], [40, .nan, 9]])) { #expect(score > usual[190]) }
    // Splits lie within the training rows, so that a row beyond them is as deep as the outermost one: odd in one column of three alone
    // says less.
    for score in try forest.score(Matrix([[.nan, 1, 9], [-30, 0, 0]])) { #expect(score > usual[100]) }
    // A row that was trained with stands alone from the first splits on.
    let odd = Matrix([[.nan, 1, 90]])
    let rows = (0..<400).map { Array(Self.training.row($0)) } + [[.nan, 1, 90]]
    let with = try MixedIsolationForest(
      fitting: Matrix(rows), categories: [1], sampleSize: 401, using: RandomGenerator(seed: 2))
    #expect(try with.score(odd)[0] > with.score(Self.table(rows: 200, seed: 3)).max()!)
    // A rare name.
    var rare = Self.training
    for row in 0..<rare.rows where row % 80 == 0 { rare[row, 1] = 3 }
    let other = try MixedIsolationForest(fitting: rare, categories: [1], using: RandomGenerator(seed: 2))
    let scores = try other.score(Matrix([[5, 1, 0], [5, 3, 0]]))
    #expect(scores[1] > scores[0] + 0.02)
  }

  @Test("A gap's path is the mean over both ways: two rows, one split, by hand")
  func bothWays() throws {
    // Each tree splits three rows once or twice; a gap in the only column has one expected length everywhere.
    let forest = try MixedIsolationForest(
      fitting: Matrix([[0], [1]]), trees: 10, using: RandomGenerator(seed: 1))
    #expect(try forest.score(Matrix([[0], [1], [.nan]])) == [0.5, 0.5, 0.5])
    let plain = try MixedIsolationForest(
      fitting: Matrix([[0], [1], [9]]), trees: 200, using: RandomGenerator(seed: 1))
    let scores = try plain.score(Matrix([[0], [1], [9], [.nan]]))
    // log₂ of the scores are path lengths, and the gap's is the mean of the three, each row being a third of the way.
    let lengths = scores.map { -binaryLogarithm($0) }
    #expect(abs(lengths[3] - (lengths[0] + lengths[1] + lengths[2]) / 3) < 1e-12)
  }

  @Test("A name that no training row had counts as a gap")
  func unseen() throws {
    let forest = try Self.forest.get()
    let scores = try forest.score(Matrix([[5, .nan, 0], [5, 17, 0], [5, -1, 0], [5, 0.5, 0]]))
    #expect(Set(scores).count == 1)
  }

  @Test("The order of names means nothing to it, in law")
  func order() throws {
    var renamed = Self.training
    for row in 0..<renamed.rows where !renamed[row, 1].isNaN {
      renamed[row, 1] = [2, 0, 1][Int(renamed[row, 1])]
    }
    func mean(_ x: Matrix, _ row: [Double]) throws -> Double {
      try MixedIsolationForest(fitting: x, categories: [1], trees: 600, using: RandomGenerator(seed: 5))
        .score(row: row)
    }
    for category in 0..<3 {
      let names = [2.0, 0, 1]
      let row = [5.0, Double(category), 0]
      #expect(abs(try mean(Self.training, row) - mean(renamed, [5, names[category], 0])) < 0.02)
    }
  }

  @Test("Without gaps and names it scores as the plain forest does")
  func plain() throws {
    let table = ScorerLaws.table(rows: 400)
    let mixed = try MixedIsolationForest(fitting: table, trees: 400, using: RandomGenerator(seed: 1))
    let forest = try IsolationForest(fitting: table, trees: 400, using: RandomGenerator(seed: 1))
    let (a, b) = (try mixed.score(ScorerLaws.fresh), try forest.score(ScorerLaws.fresh))
    let mean = zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(a.count)
    #expect(mean < 0.01)
  }

  @Test("Contributions and a constant make the logarithm of the score, with gaps too")
  func contributions() throws {
    let forest = try Self.forest.get()
    let x = Self.table(rows: 60, seed: 8)
    let (scores, contributions) = (try forest.score(x), try forest.contributions(x))
    let constants = (0..<60).map { binaryLogarithm(scores[$0]) - contributions.row($0).reduce(0, +) }
    #expect(constants.max()! - constants.min()! < 1e-9)
  }

  @Test("A file holds it, whatever has gaps; a damaged tree is refused")
  func file() throws {
    let forest = try Self.forest.get()
    let archive = try forest.archive()
    let loaded = try MixedIsolationForest(safetensors: SafetensorsFile(bytes: archive.file().bytes()))
    let x = Self.table(rows: 50, seed: 8)
    #expect(try loaded.score(x) == forest.score(x))
    // A chain of nodes, each the child of the one before, as deep as the tree is large.
    var chain = archive
    let size = try archive.integers("left_children").count
    chain["left_children"] = .int32(
      Indexes((0..<size).map { min($0 + 1, size - 2) }.map { Int32($0) }, shape: [size]))
    #expect(throws: ModelFileError.self) { try MixedIsolationForest(from: chain) }
  }

  @Test("What can't be fitted to is refused")
  func refused() {
    let random = RandomGenerator(seed: 1)
    #expect(throws: TableError.self) { try MixedIsolationForest(fitting: Matrix([[1, 2]]), using: random) }
    #expect(throws: TableError.self) {
      try MixedIsolationForest(fitting: Matrix([[1], [.infinity]]), using: random)
    }
    #expect(throws: TableError.self) {
      try MixedIsolationForest(fitting: Self.training, categories: [3], using: random)
    }
    #expect(throws: TableError.self) {
      try MixedIsolationForest(fitting: Self.training, trees: 0, using: random)
    }
  }
}
