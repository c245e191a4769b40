/// The classes of a table's rows.
public struct TableLabels: Sendable, Equatable {
  /// For each row its class.
  public let indexes: [Int]
  /// What the classes are called, at the position of their index.
  public let classNames: [String]?
  /// For each row the number that the data have for it; nil where they have text, which was numbered here.
  public let numbers: [Double]?

  /// - Parameters:
  ///   - indexes: For each row its class.
  ///   - classNames: The classes' names.
  ///   - namesAreText: Whether the data have names for labels, that were numbered here: their numbers are the names where all of
  ///     those are numbers, and there are none otherwise. Else the indexes are the data's.
  init(indexes: [Int], classNames: [String]?, namesAreText: Bool) {
    self.indexes = indexes
    self.classNames = classNames
    if namesAreText, let classNames {
      let values = classNames.map { NumberText.plain.number(Array($0.utf8)) }
      numbers = values.contains { $0 == nil } ? nil : indexes.map { values[$0]! }
    } else {
      numbers = indexes.map(Double.init)
    }
  }

  private init(indexes: [Int], classNames: [String]?, numbers: [Double]?) {
    self.indexes = indexes
    self.classNames = classNames
    self.numbers = numbers
  }

  /// The labels at these positions.
  func selecting(_ positions: [Int]) -> TableLabels {
    TableLabels(
      indexes: positions.map { indexes[$0] }, classNames: classNames,
      numbers: numbers.map { all in positions.map { all[$0] } })
  }
}
