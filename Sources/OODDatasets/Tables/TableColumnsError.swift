/// Why the columns of one table can't stand for those of another.
public enum TableColumnsError: Error, Sendable, Hashable {
  case names(missing: [String], new: [String])
  /// Names that occur more than once, in another order than was asked for.
  case repeated([String])
  case counts(found: Int, wanted: Int)
  /// A column whose numbers stand for something else.
  case kind(column: String, found: String, wanted: String)
}

extension TableColumnsError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .names(let missing, let new):
      let parts = [("missing", missing), ("new", new)].filter { !$0.1.isEmpty }
      return "The columns are not those that were fitted: "
        + parts.map { "\($0.0) \($0.1.count == 1 ? "is" : "are") \(TableColumnsError.list($0.1))" }
        .joined(separator: "; ") + "."
    case .repeated(let names):
      return
        "The columns stand in another order than those that were fitted, and can't be told apart by name: "
        + "\(TableColumnsError.list(names)) occurs more than once."
    case .kind(let column, let found, let wanted):
      return
        "The column '\(column)' holds \(found), and \(wanted) were fitted; say so with ?category= or ?time=, or leave it out there."
    case .counts(let found, let wanted):
      return "The table has \(found) columns, and \(wanted) were fitted."
    }
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
      + (names.count > 12 ? ", … (\(names.count))" : "")
  }
}
