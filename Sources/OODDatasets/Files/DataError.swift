/// What was wrong with data that came from outside: which file, where in it, what was found and what was
/// expected.
///
///     train-images.gz, byte 16: expected 47040000 bytes of image data; found 31337 and then the end.
public struct DataError: Error, Sendable, Equatable {
  /// The kind of fault, for programs; people read `description`.
  public enum Reason: Sendable, Equatable {
    /// The file can't be opened, read or written.
    case inaccessible
    /// The data end too early.
    case truncated
    /// The data don't follow their format.
    case malformed
    /// The format is right, and uses a feature that this reader doesn't know.
    case unsupported
    /// Two parts contradict each other: lengths, checksums, numbers of rows.
    case inconsistent
    /// A length is beyond what the data can hold or what the reader was allowed to inflate.
    case tooLarge
    /// A number is NaN, infinite, or beyond the range of the type asked for.
    case notFinite
    /// A value is missing where the policy refuses gaps.
    case missingValue
    /// Nothing of the name asked for is there.
    case notFound
  }

  /// Where in the data the fault is.
  public enum Place: Sendable, Equatable {
    /// An offset from the start of the file, compressed as it is, counted from 0.
    case byte(Int)
    /// An offset from the start of what a compressed file inflates to, counted from 0.
    case inflatedByte(Int)
    /// A line of a text, counted from 1, and a field or character in it, counted from 1.
    case line(Int, column: Int?)
    /// A row of an array, counted from 0, and a column where there is one.
    case row(Int, column: Int?)
    /// A member of an archive.
    case member(String)
  }

  public let reason: Reason
  /// The file's path, or what the caller named the data.
  public let source: String
  public let place: Place?
  public let found: String
  public let expected: String

  public init(_ reason: Reason, in source: String, at place: Place? = nil, expected: String, found: String) {
    self.reason = reason
    self.source = source
    self.place = place
    self.expected = expected
    self.found = found
  }
}

extension DataError: CustomStringConvertible {
  public var description: String {
    "\(source)\(place.map { ", \($0)" } ?? ""): expected \(expected); found \(found)."
  }
}

extension DataError.Place: CustomStringConvertible {
  public var description: String {
    switch self {
    case .byte(let offset): "byte \(offset)"
    case .inflatedByte(let offset): "byte \(offset) of the inflated data"
    case .line(let line, nil): "line \(line)"
    case .line(let line, let column?): "line \(line), column \(column)"
    case .row(let row, nil): "row \(row)"
    case .row(let row, let column?): "row \(row), column \(column)"
    case .member(let name): "member \(name)"
    }
  }
}
