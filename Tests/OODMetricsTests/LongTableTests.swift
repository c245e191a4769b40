import GenModels
import OODMetrics
import Testing

/// Tables that are longer than the pieces in which they are worked on.
@Suite("Tables of more rows than one piece")
struct LongTableTests {
  @Test("A row far down a long table scores as it does alone", arguments: ScorerLawCase.all)
  func farDown(_ scorer: ScorerLawCase) throws {
    let fitted = try scorer.fit(ScorerLaws.training)
    let long = ScorerLaws.table(rows: 4500, seed: 3)
    let whole = try fitted.score(long)
    #expect(whole.count == 4500)
    let rows = [
      0, 1, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 3000, 4095, 4096, 4097, 4499,
    ]
    for row in rows {
      #expect(try fitted.score(Matrix([long.row(row)])) == [whole[row]], "row \(row)")
    }
  }

  @Test("Contributions far down a long table are those of the row alone", arguments: ScorerLawCase.all)
  func contributions(_ scorer: ScorerLawCase) throws {
    guard let fitted = try scorer.fit(ScorerLaws.training) as? any TableScorer & ExplainableScorer else {
      return
    }
    func open<S: TableScorer & ExplainableScorer>(_ scorer: S) throws {
      let long = ScorerLaws.table(rows: 1500, seed: 4)
      let whole = try scorer.contributions(long)
      for row in [0, 511, 512, 1023, 1024, 1499] {
        let alone = try scorer.contributions(Matrix([long.row(row)])).row(0)
        let size = alone.map { abs($0) }.max()!
        for (a, b) in zip(alone, whole.row(row)) { #expect(abs(a - b) <= 1e-9 * max(1, size), "row \(row)") }
      }
    }
    try open(fitted)
  }

  @Test("A preparation works on every row of a long table by its column's numbers")
  func preparation() throws {
    var table = ScorerLaws.table(rows: 2000, seed: 5)
    for row in stride(from: 7, to: 2000, by: 11) { table[row, row % 5] = .nan }
    let preparation = try TablePreparation(fitting: table, imputesMedians: true, standardizes: true)
    let prepared = try preparation(table)
    for column in 0..<5 {
      let present = (0..<2000).map { table[$0, column] }.filter { !$0.isNaN }.sorted()
      let median =
        present.count % 2 == 1
        ? present[present.count / 2] : (present[present.count / 2 - 1] + present[present.count / 2]) / 2
      #expect(preparation.fills?[column] == median)
      let filled = (0..<2000).map { table[$0, column].isNaN ? median : table[$0, column] }
      let mean = filled.reduce(0, +) / 2000
      let deviation = (filled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000).squareRoot()
      for row in 0..<2000 {
        #expect(abs(prepared[row, column] - (filled[row] - mean) / deviation) < 1e-9)
      }
    }
  }
}
