import GenModels

/// What was learned from a part of the training rows, as a file holds it: `DetectorPart`, and `HistogramRanges` of a first pass.
public protocol MergeablePart: Model {
  /// Which parts are in it.
  var parts: PartNumbers { get }
  /// The method that it is of, by the kind of its detectors.
  var method: String { get }
  /// The number of rows that are in it.
  var rowCount: Int { get }

  /// Both together. Which of the two is asked makes no difference, not to the bit.
  /// - Throws: `MergeError` for parts that don't go together.
  func merging(_ other: Self) throws -> Self

  /// What all parts together are: a detector. Nil for a first pass.
  /// - Throws: `MergeError.incomplete` where parts are missing; what the detector throws.
  func merged() throws -> (any TableScorer)?
}

extension MergeablePart {
  /// These parts together, in the order of their numbers.
  /// - Throws: As `merging(_:)`. Traps without any part.
  public static func merging(_ parts: [Self]) throws -> Self {
    precondition(!parts.isEmpty, "No parts can't be merged.")
    let ordered = parts.sorted { $0.parts.numbers[0] < $1.parts.numbers[0] }
    return try ordered.dropFirst().reduce(ordered[0]) { try $0.merging($1) }
  }

  /// Throws unless the columns of both tables are the same.
  func requireSameColumns(as other: Self) throws(MergeError) {
    func text(_ part: Self) -> String {
      part.columnNames.map { "the columns " + $0.joined(separator: ", ") }
        ?? "\(part.exampleShape.elementCount) columns without names"
    }
    guard exampleShape == other.exampleShape, columnNames == other.columnNames else {
      throw .otherColumns(found: text(other), expected: text(self))
    }
  }
}
