/// Why parts can't be put together, or why what there is of them is no detector yet.
public enum MergeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A part of another method.
  case otherMethod(found: String, expected: String)
  /// Parts of tables whose columns differ.
  case otherColumns(found: String, expected: String)
  /// Parts that were made with different settings.
  case otherSettings(found: String, expected: String)
  /// One says that it is of so many parts, the other of another number.
  case otherDivision(found: Int, expected: Int)
  /// A part that is there already; parts count from 1.
  case samePart(number: Int, count: Int)
  /// Parts are missing.
  case incomplete(missing: [Int], count: Int)

  public var description: String {
    switch self {
    case .otherMethod(let found, let expected):
      "One part is of the method \(found) and another of \(expected); merge parts of one method."
    case .otherColumns(let found, let expected):
      "One part has \(found) and another \(expected); merge parts of tables with the same columns in the same order."
    case .otherSettings(let found, let expected):
      "Parts were made with different settings, \(found) and \(expected); make them again with the same options."
    case .otherDivision(let found, let expected):
      "One part is of \(found) and another of \(expected); merge parts of one division."
    case .samePart(let number, let count):
      "Part \(number) of \(count) is there twice, and its rows would count twice; leave one out."
    case .incomplete(let missing, let count):
      "This holds a part of a detector, not a detector: of \(count) parts \(Self.list(missing)) "
        + "\(missing.count == 1 ? "is" : "are") missing; merge all of them first."
    }
  }

  /// The first numbers, for messages.
  private static func list(_ numbers: [Int]) -> String {
    numbers.prefix(8).map(String.init).joined(separator: ", ")
      + (numbers.count > 8 ? ", … (\(numbers.count))" : "")
  }
}
