import Foundation
import GenModels
import OODDetectors
import OODMetrics
import Testing

@Suite("Scoring one row at a time")
struct RowScoringTests {
  static let training = ScorerLaws.table(rows: 300)
  static let fresh = ScorerLaws.table(rows: 40, seed: 9)

  /// Isolation forest, HBOS, a prepared scorer and a detector write their own; the neighbours have the general way.
  static func scorers() throws -> [any TableScorer] {
    let forest = try IsolationForest(fitting: training, trees: 37, using: RandomGenerator(seed: 1))
    var settings = TablePreparation.Settings()
    settings.imputation = .median
    settings.hasIndicators = true
    settings.scaling = .power
    let prepared = try PreparedScorer(fitting: training, settings: settings) { try HBOS(fitting: $0) }
    return [
      forest, try HBOS(fitting: training), prepared, Detector(forest, threshold: Threshold(0.6)),
      Detector(prepared, threshold: Threshold(9)), try NearestNeighbours(fitting: training),
      try MixedIsolationForest(fitting: training, trees: 20, using: RandomGenerator(seed: 1)),
    ]
  }

  @Test("A row has the same bits alone as in a table")
  func sameBits() throws {
    for scorer in try Self.scorers() {
      let scores = try scorer.score(Self.fresh)
      for row in 0..<Self.fresh.rows { #expect(try scorer.score(row: Self.fresh.row(row)) == scores[row]) }
    }
  }

  @Test("A detector says of a row what it says of a table, with its p-value")
  func detect() throws {
    let scorer = try HBOS(fitting: Self.training)
    let calibration = try ConformalCalibration(scorer.score(ScorerLaws.table(rows: 99, seed: 3)))
    let detector = try Detector(scorer, calibration: calibration, level: 0.05)
    let verdicts = try detector.detect(Self.fresh)
    for row in 0..<Self.fresh.rows { #expect(try detector.detect(row: Self.fresh.row(row)) == verdicts[row]) }
  }

  @Test("Rows of another length, with NaN or infinities are refused as tables are")
  func refused() throws {
    for scorer in try Self.scorers() {
      #expect(throws: ExampleError.unexpectedShape(found: [2], expected: [5])) {
        try scorer.score(row: [1, 2])
      }
      #expect(throws: ExampleError.unexpectedShape(found: [0], expected: [5])) { try scorer.score(row: []) }
      #expect(throws: ExampleError.notFinite(example: 0, feature: 3, value: .infinity)) {
        try scorer.score(row: [1, 2, 3, .infinity, 5])
      }
    }
    let forest = try Self.scorers()[0]
    #expect(throws: ExampleError.notFinite(example: 0, feature: 1, value: .nan)) {
      try forest.score(row: [1, .nan, 3, 4, 5])
    }
  }

  @Test("One loaded detector answers many threads at once")
  func threads() async throws {
    let forest = try IsolationForest(fitting: Self.training, using: RandomGenerator(seed: 1))
    let bytes = try Detector(forest, threshold: Threshold(0.5)).archive().file().bytes()
    let detector = try Detector<IsolationForest>(safetensors: SafetensorsFile(bytes: bytes))
    let expected = try detector.detect(Self.fresh)
    let answers = try await withThrowingTaskGroup(of: (Int, Detection).self) { group in
      for task in 0..<400 {
        let row = task % Self.fresh.rows
        group.addTask { (row, try detector.detect(row: Self.fresh.row(row))) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count == 400)
    for (row, answer) in answers { #expect(answer == expected[row]) }
  }

  @Test("Slices of matrices, and tensors put on one another")
  func slices() {
    let x = Matrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    #expect(x[rows: 1..<3] == Matrix([[4, 5, 6], [7, 8, 9]]))
    #expect(x[rows: 1..<1].rows == 0)
    #expect(x[columns: [2, 0]] == Matrix([[3, 1], [6, 4], [9, 7]]))
    let stack = Tensor.stack([Tensor([1, 2]), Tensor([3, 4]), Tensor([5, 6])])
    #expect(stack == Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
  }
}
