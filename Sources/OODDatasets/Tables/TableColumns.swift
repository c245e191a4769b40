import GenModels

/// The columns of a table: how many, what they are called where the file says so, and what their numbers stand for.
///
/// A detector that was fitted to named columns is given the same ones in the same order:
///
/// ```swift
/// let columns = TableColumns(names: ["age", "weight"])
/// try TableColumns(names: ["weight", "age"]).positions(of: columns)      // [1, 0]: where to take each from
/// ```
public struct TableColumns: Sendable, Hashable, Codable {
  public let count: Int
  /// As many as columns; nil where they have none.
  public let names: [String]?
  /// What each column's numbers stand for; nil where all stand for themselves.
  public let kinds: [ColumnKind]?

  /// Columns of numbers without names.
  public init(count: Int) {
    self.init(count: count, names: nil)
  }

  /// Columns with these names, of numbers unless said.
  public init(names: [String], kinds: [ColumnKind]? = nil) {
    self.init(count: names.count, names: names, kinds: kinds)
  }

  /// Columns. Traps unless there is a name and a kind for each, where there are some.
  public init(count: Int, names: [String]?, kinds: [ColumnKind]? = nil) {
    precondition(
      (names?.count ?? count) == count && (kinds?.count ?? count) == count,
      "\(count) columns have \(names?.count ?? count) names and \(kinds?.count ?? count) kinds.")
    self.count = count
    self.names = names
    self.kinds = kinds.flatMap { $0.allSatisfy { $0 == .number } ? nil : $0 }
  }

  /// What a column's numbers stand for.
  public func kind(_ column: Int) -> ColumnKind { kinds?[column] ?? .number }

  /// What a column is called in messages and tables: its name, or "column 3".
  public func title(_ column: Int) -> String { names?[column] ?? "column \(column)" }

  /// Where in this table each of the wanted columns stands; nil when they stand in that order already. Columns are matched by
  /// name when both tables have names, else by their places.
  /// - Throws: `TableColumnsError` that names what is missing, new or ambiguous.
  public func positions(of wanted: TableColumns) throws(TableColumnsError) -> [Int]? {
    guard let names, let wantedNames = wanted.names, names != wantedNames else {
      guard count == wanted.count else { throw .counts(found: count, wanted: wanted.count) }
      return nil
    }
    let places = Dictionary(grouping: names.indices) { names[$0] }
    let missing = wantedNames.filter { places[$0] == nil }
    let known = Set(wantedNames)
    let new = names.filter { !known.contains($0) }
    guard missing.isEmpty && new.isEmpty else { throw .names(missing: missing, new: new) }
    let repeated = Set(wantedNames).filter { name in
      places[name]!.count > 1 || wantedNames.count { $0 == name } > 1
    }
    guard repeated.isEmpty else { throw .repeated(repeated.sorted()) }
    return wantedNames.map { places[$0]![0] }
  }
}
