/// Why a table can't be fitted to or scored.
public enum TableError: Error, Sendable, Hashable {
  /// An entry is NaN or infinite. Rows and columns count from 0.
  case notFinite(row: Int, column: Int, value: Double)
  /// The table has another number of columns than the scorer was fitted to.
  case wrongColumnCount(found: Int, expected: Int)
  /// The method needs more rows than there are; `reason` says for what.
  case tooFewRows(found: Int, needed: Int, reason: String)
  /// The table has no column.
  case noColumns
  /// A column whose entries are all equal, where the method divides by its spread.
  case constantColumn(column: Int, value: Double)
  /// A column with no number in it, where gaps are filled.
  case emptyColumn(column: Int)
  /// A column whose smallest and largest entry lie so far apart that the distance is no finite number.
  case rangeTooWide(column: Int, low: Double, high: Double)
  /// The covariance of the columns can't be inverted; `advice` says what to do.
  case singularCovariance(advice: String)
  /// A setting of the method that can't be, or can't be with this table.
  case invalidSetting(name: String, value: String, expected: String)

  public static func == (a: TableError, b: TableError) -> Bool { a.description == b.description }
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension TableError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFinite(let row, let column, let value):
      "The table has \(value) in row \(row), column \(column) (counted from 0); remove the row or fill the gap first."
    case .wrongColumnCount(let found, let expected):
      "The table has \(found) columns, and the scorer was fitted to \(expected)."
    case .tooFewRows(let found, let needed, let reason):
      "The table has \(found) rows, and at least \(needed) are needed \(reason)."
    case .noColumns: "The table has no column, so there is nothing to learn from."
    case .constantColumn(let column, let value):
      "Column \(column) (counted from 0) is \(value) in every row; remove it, for the method divides by its spread."
    case .emptyColumn(let column):
      "Column \(column) (counted from 0) has no number in any row, so there is nothing to fill its gaps with; remove it."
    case .rangeTooWide(let column, let low, let high):
      "Column \(column) (counted from 0) reaches from \(low) to \(high), too far to divide into bins; rescale it."
    case .singularCovariance(let advice): "The covariance of the columns can't be inverted: \(advice)."
    case .invalidSetting(let name, let value, let expected):
      "The setting \(name) is \(value), and it must be \(expected)."
    }
  }
}
