import GenModels

/// Which columns make the scores of a table's rows, for any scorer.
///
/// A scorer that explains itself (`ExplainableScorer`) says so in its own way. For all others a column's contribution is what the score
/// falls by when the column's value is replaced by the training table's median, of categories by the most frequent one, the
/// other columns being as they are.
///
/// ```swift
/// let explanation = try TableExplanation(of: scorer, replacements: medians)
/// let contributions = try explanation.contributions(rows)      // [rows, columns]
/// ```
public struct TableExplanation: Sendable {
  /// Where contributions come from.
  public enum Origin: Sendable, Hashable {
    /// The scorer, whose contributions make the score by that rule.
    case scorer(ContributionRule)
    /// Scores with one column replaced.
    case replacement
  }

  public let origin: Origin
  private let compute: @Sendable (Matrix) throws -> Matrix

  /// - Parameters:
  ///   - scorer: A scorer of tables.
  ///   - replacements: What stands in for each column's value; needed for a scorer that does not explain itself.
  /// - Throws: `TableError.invalidSetting` where replacements are needed and missing, or not one for each column.
  public init<Scorer: OODScorer<Matrix>>(of scorer: Scorer, replacements: [Double]?) throws(TableError) {
    if let explainable = scorer as? any ExplainableScorer<Matrix> {
      origin = .scorer(explainable.contributionRule)
      compute = { try explainable.contributions($0) }
      return
    }
    let columns = scorer.exampleShape.elementCount
    guard let replacements, replacements.count == columns else {
      throw .invalidSetting(
        name: "replacements", value: replacements.map { "\($0.count) numbers" } ?? "missing",
        expected: "one number for each of the \(columns) columns, for a scorer that does not explain itself")
    }
    origin = .replacement
    compute = { x in
      let scores = try scorer.score(x)
      var contributions = Matrix(rows: x.rows, columns: columns, repeating: 0)
      for column in 0..<columns {
        var replaced = x
        for row in 0..<x.rows { replaced[row, column] = replacements[column] }
        for (row, score) in try scorer.score(replaced).enumerated() {
          contributions[row, column] = scores[row] - score
        }
      }
      return contributions
    }
  }

  /// The contribution of each column to the score of each row; higher means more out-of-distribution.
  ///
  /// Cost: a score, or for replacements one more score for each column.
  /// - Throws: As `score` of the scorer does.
  public func contributions(_ x: Matrix) throws -> Matrix { try compute(x) }

  /// The columns with the greatest contributions of a row, greatest first, without those that make the score no higher.
  public static func leading(_ contributions: [Double], most count: Int) -> [Int] {
    let order = contributions.indices.filter { contributions[$0] > 0 }
      .sorted { contributions[$0] != contributions[$1] ? contributions[$0] > contributions[$1] : $0 < $1 }
    return Array(order.prefix(count))
  }
}
