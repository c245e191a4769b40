import GenModels
import OODDatasets
import OODMetrics

/// The columns that make the scores of some rows of a table, in words.
struct RowExplanations {
  /// One column of a row.
  struct Reason: Encodable {
    let column: String
    let contribution: Double
    let text: String
  }

  /// Reasons of a row at most.
  let most: Int
  /// What contributions are, for readers.
  let note: String
  /// The two columns that contribute most to these rows; nil for fewer.
  let leadingPair: (Int, Int)?
  private let reasonsOfRows: [Int: [Reason]]

  /// - Parameters:
  ///   - scorer: A scorer of tables.
  ///   - table: What was scored.
  ///   - rows: Positions of the rows to explain.
  ///   - most: Columns for each row at most.
  /// - Throws: `Failure` for a scorer that neither explains itself nor knows what columns usually hold.
  init(of scorer: any OODScorer & Model, table: DataTable, rows: [Int], most: Int) throws {
    guard let explanation = try Self.explanation(of: scorer) else {
      throw Failure(
        "This detector does not explain its scores, and its file does not say what columns usually hold; fit it with --explain."
      )
    }
    self.most = most
    switch explanation.origin {
    case .scorer(.sum): note = "Why: the columns whose parts of the score, which add up to it, are greatest."
    case .scorer(.mean):
      note = "Why: the columns whose parts of the score, which is their mean, are greatest."
    case .scorer(.maximum):
      note = "Why: the columns with the greatest parts; the score is the greatest of them."
    case .scorer(.ranking): note = "Why: the columns that the method ranks first."
    case .replacement:
      note =
        "Why: the columns whose replacement by what is usual lowers the score most; the method does not explain itself."
    }
    let values = table.values
    let chosen = values.rows(rows.map { Int32($0) })
    let contributions = rows.isEmpty ? chosen : try explanation.contributions(chosen)
    let ranges = scorer.columnRanges
    var found: [Int: [Reason]] = [:]
    var totals = [Double](repeating: 0, count: values.columns)
    for (row, position) in rows.enumerated() {
      let parts = contributions.row(row)
      let leading = TableExplanation.leading(parts, most: most)
      found[position] = leading.map { column in
        Reason(
          column: table.columns.title(column), contribution: parts[column],
          text: table.columns.sentence(values[position, column], column: column, range: ranges?[column]))
      }
      // Each row counts alike.
      let sum = parts.reduce(0) { $0 + max(0, $1) }
      if sum > 0 && sum.isFinite {
        for (column, part) in parts.enumerated() { totals[column] += max(0, part) / sum }
      }
    }
    reasonsOfRows = found
    let order = totals.indices.sorted { totals[$0] != totals[$1] ? totals[$0] > totals[$1] : $0 < $1 }
    leadingPair = order.count >= 2 ? (order[0], order[1]) : nil
  }

  /// The reasons of the row at a position; none for a row that was not explained.
  func reasons(_ position: Int) -> [Reason] { reasonsOfRows[position] ?? [] }

  /// Whether a scorer's scores can be explained.
  static func canExplain(_ scorer: any OODScorer & Model) -> Bool {
    (try? explanation(of: scorer)) ?? nil != nil
  }

  private static func explanation(of scorer: any OODScorer & Model) throws -> TableExplanation? {
    func opened<Scorer: OODScorer>(_ scorer: Scorer, _ ranges: [ColumnRange]?) throws -> TableExplanation? {
      guard let tables = scorer as? any OODScorer<Matrix> else { return nil }
      guard scorer is any ExplainableScorer || ranges != nil else { return nil }
      func explained(_ scorer: some OODScorer<Matrix>) throws -> TableExplanation {
        try TableExplanation(of: scorer, replacements: ranges?.map(\.middle))
      }
      return try explained(tables)
    }
    return try opened(scorer, scorer.columnRanges)
  }
}
