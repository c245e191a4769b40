/// A range of examples, open or closed at either end: `[100..<200]`, `[...99]`.
public struct ExampleRange: Sendable, Equatable {
  /// The first example, 0 when not given.
  public let lowerBound: Int
  /// One past the last example; nil for the end of the data.
  public let upperBound: Int?
  /// Where it starts in the specification, in characters counted from 1.
  public let column: Int

  /// The range among `count` examples. Throws `SpecificationError` when it reaches beyond them.
  func resolved(count: Int, in specification: Specification) throws -> Range<Int> {
    let end = upperBound ?? count
    guard lowerBound <= count, end <= count else {
      throw SpecificationError(
        specification.text, column: column, "there are \(count) examples, numbered from 0, before this range")
    }
    return lowerBound..<end
  }
}
