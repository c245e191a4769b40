/// A data specification that can't be understood or doesn't fit the data, with the place of the mistake.
///
///     hwrt:symbols?clases=digits
///                  ^ there is no option 'clases' here; known are classes and shuffle
public struct SpecificationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The whole specification.
  public let text: String
  /// Where the mistake starts, in characters counted from 1.
  public let column: Int
  public let message: String

  public init(_ text: String, column: Int, _ message: String) {
    self.text = text
    self.column = column
    self.message = message
  }

  public var description: String {
    "the data specification is wrong at column \(column):\n  \(text)\n  "
      + String(repeating: " ", count: max(0, column - 1)) + "^ \(message)"
  }
}
