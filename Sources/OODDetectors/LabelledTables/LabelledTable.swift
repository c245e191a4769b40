import GenModels

/// A table to learn classes from, once its labels are seen to be some, and the rows of each class.
struct LabelledTable {
  let x: Matrix
  let labels: [Int]
  /// The numbers of each class's rows.
  let rows: [[Int]]

  /// - Parameters:
  ///   - x: An example a row.
  ///   - labels: The class of each row.
  ///   - needed: The least number of rows of a class.
  ///   - leastClasses: The least number of classes.
  /// - Throws: `TableError` for entries that are not finite or too large, and for classes that are too few or have too few rows;
  ///   `ExampleError` for labels that are none.
  init(_ x: Matrix, _ labels: Indexes, rowsOfClass needed: Int = 1, leastClasses: Int = 1) throws {
    try x.checkTraining()
    try x.checkDistances()
    let numbers = labels.elements
    let classes = (numbers.max() ?? 0) + 1
    try labels.requireLabels(classes: max(1, classes), examples: x.rows)
    guard classes >= leastClasses else {
      throw TableError.tooFewRows(
        found: 0, needed: 1, reason: "of a second class: with one alone there is nothing to tell it from")
    }
    var rows = [[Int]](repeating: [], count: classes)
    for (row, label) in numbers.enumerated() { rows[label].append(row) }
    if let label = rows.firstIndex(where: { $0.count < needed }) {
      throw TableError.tooFewRows(found: rows[label].count, needed: needed, reason: "of class \(label)")
    }
    self.x = x
    self.labels = numbers
    self.rows = rows
  }

  /// The rows of a class.
  func table(of label: Int) -> Matrix { x.rows(rows[label].map(Int32.init)) }
}
