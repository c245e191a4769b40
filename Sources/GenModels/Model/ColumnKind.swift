/// What the numbers of a table's column stand for.
public enum ColumnKind: Sendable, Hashable, Codable {
  /// Themselves.
  case number
  /// Seconds since the beginning of 1970, UTC.
  case time
  /// Positions among these names, which are sorted; NaN where a value is missing or not among them.
  case category([String])

  /// In a sentence: "numbers", "times", "categories".
  public var noun: String {
    switch self {
    case .number: "numbers"
    case .time: "times"
    case .category: "categories"
    }
  }
}
