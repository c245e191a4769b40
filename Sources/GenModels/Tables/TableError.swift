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
  /// An entry so large that squares of differences may be no finite numbers. Rows and columns count from 0.
  case tooLarge(row: Int, column: Int, value: Double)
  /// A column that varies, but by so little that squares of differences vanish.
  case spreadTooSmall(column: Int, low: Double, high: Double)
  /// Numbers that a distribution is fitted to, and that are all equal.
  case noSpread(what: String)
  /// The covariance of the columns can't be inverted; `advice` says what to do.
  case singularCovariance(advice: String)
  /// The method needs more memory for this table than there is; `what` is needed for.
  case tooLittleMemory(bytes: Double, what: String)
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
    case .tooLarge(let row, let column, let value):
      """
      The table has \(value) in row \(row), column \(column) (counted from 0), too large for squares of differences; \
      rescale the column, or remove the row.
      """
    case .spreadTooSmall(let column, let low, let high):
      """
      Column \(column) (counted from 0) reaches from \(low) to \(high), too little for squares of differences; rescale \
      it.
      """
    case .noSpread(let what):
      "\(what) are all equal, so no distribution can be fitted to them; give rows that differ."
    case .singularCovariance(let advice): "The covariance of the columns can't be inverted: \(advice)."
    case .tooLittleMemory(let bytes, let what):
      """
      There is no memory for \(what), \((bytes / 1e9).rounded()) · 10⁹ bytes; take fewer columns, or a method that needs less \
      for each.
      """
    case .invalidSetting(let name, let value, let expected):
      "The setting \(name) is \(value), and it must be \(expected)."
    }
  }
}
