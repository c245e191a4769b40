import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

/// Scores the rows of a table as they are read, some at a time: what a source larger than memory needs.
struct PieceScoring {
  private let text: String
  private var pieces: TablePieces

  /// Opens a table, so that what is wrong with it is known before anything long begins.
  /// - Parameters:
  ///   - text: The specification of the table.
  ///   - library: Where sets are looked up.
  ///   - rowCount: Rows at a time.
  ///   - columns: The columns that the scorer was fitted to; nil where that is not known.
  ///   - keepsGaps: Whether missing values become NaN, for a scorer that takes them.
  /// - Returns: Nil for sources and selections that are read whole.
  init?(
    _ text: String, in library: DataLibrary, rowCount: Int, like columns: TableColumns?, keepsGaps: Bool
  ) throws {
    let specification = try Specification.parse(argument: text)
    let pieces = try naming(text) {
      try library.pieces(specification, rowCount: rowCount, keepsGaps: keepsGaps, like: columns)
    }
    guard let pieces else { return nil }
    self.text = text
    self.pieces = pieces
  }

  /// - Parameters:
  ///   - scorer: What to score with.
  ///   - body: Gets the scores of each piece, and whether it is the first.
  mutating func run(_ scorer: any OODScorer<Matrix>, _ body: (ScoredExamples, Bool) throws -> Void) throws {
    var (rows, dropped, isFirst) = (0, 0, true)
    var unseen: [String: Int] = [:]
    while let table = try naming(text, { try pieces.next() }) {
      let scores = try naming(text, row: table.row) { try scorer.score(table.values) }
      try body(ScoredExamples(scores, of: table), isFirst)
      isFirst = false
      rows += scores.count
      dropped += table.droppedRowCount
      for (column, count) in (table.unseenCounts ?? []).enumerated() where count > 0 {
        unseen[table.columns.title(column), default: 0] += count
      }
    }
    guard rows > 0 else { throw Failure("\(text): all of the \(dropped) rows have gaps.") }
    DataLibrary.remark(dropped: dropped, of: text)
    for (column, count) in unseen.sorted(by: { $0.key < $1.key }) {
      DataLibrary.remark(unseen: count, in: column, of: text)
    }
  }
}

/// How many rows are read, scored and written at a time.
struct PieceOptions: ParsableArguments {
  @Option(
    help:
      "Rows of a CSV file, of JSON lines or of a query's answer that are read, scored and written at a time.")
  var rowsAtOnce = 65_536

  func validate() throws {
    guard rowsAtOnce >= 1 else {
      throw ValidationError("--rows-at-once must be at least 1, and it is \(rowsAtOnce).")
    }
  }
}
