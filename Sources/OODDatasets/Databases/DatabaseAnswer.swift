/// What a database answers to a query: columns, and rows that are fetched one after another.
protocol DatabaseAnswer: AnyObject {
  /// The database, for messages.
  var name: String { get }
  /// Known once `next` was called.
  var columns: [DatabaseColumn] { get }
  /// Fetches the next row; false at the end.
  func next() throws -> Bool
  /// An entry of the row that was fetched last.
  /// - Parameters:
  ///   - column: Which.
  ///   - asText: Whether it is a name, whose digits must all stay.
  func cell(_ column: Int, asText: Bool) -> TableCell
}

/// A column of an answer.
struct DatabaseColumn {
  enum Kind: Equatable {
    case number, text, time
    /// The database does not say; the first row's entry decides.
    case undeclared
    /// A type that a table can't hold, by its name there.
    case other(String)
  }

  let name: String
  let kind: Kind
}
