import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

extension DataLibrary {
  /// The table that an argument names, in double precision, and a remark about the rows that gaps cost it.
  ///
  /// - Parameters:
  ///   - text: The specification.
  ///   - keepsGaps: Whether missing values become NaN, for a scorer that fills them; else what the specification says of them
  ///     holds.
  ///   - columns: The columns that the table is to have, in that order; matched by name where both have names.
  func table(argument text: String, keepsGaps: Bool, like columns: TableColumns? = nil) throws -> DataTable {
    let specification = try Specification.parse(argument: text)
    if keepsGaps, specification.options["missing"] != nil {
      throw ValidationError("\(text): gaps are filled here, so leave missing= out.")
    }
    let table = try Working.on("reading \(text)") {
      try naming(text) { try self.table(specification, keepsGaps: keepsGaps, like: columns) }
    }
    // Sets that are loaded as examples may be of any shape.
    let isPlainTable = specification.source.isTable
    guard table.shape.count == 2 || !isPlainTable else {
      throw Failure("\(text): a table has rows and columns, and this array has the shape \(table.shape).")
    }
    DataLibrary.remark(dropped: table.droppedRowCount, of: text)
    for (column, count) in (table.unseenCounts ?? []).enumerated() where count > 0 {
      DataLibrary.remark(unseen: count, in: table.columns.title(column), of: text)
    }
    return table
  }

  /// Says that a column of names has some that were not fitted.
  static func remark(unseen count: Int, in column: String, of text: String) {
    Console.remark(
      "\(text): \(count) values of '\(column)' are none that were fitted, and count as missing.")
  }

  /// One number for each example, such as scores, from a plain list or a table of one column.
  func numbers(_ text: String) throws -> [Double] {
    let table = try table(Specification.parse(argument: text))
    guard table.values.columns == 1 else {
      throw Failure(
        "\(text) has \(table.values.columns) columns, and one number for each example is needed: name the array or file that "
          + "has just that.")
    }
    DataLibrary.remark(dropped: table.droppedRowCount, of: text)
    return table.values.elements
  }
}

extension Specification.Source {
  /// Whether the source holds numbers that may need double precision.
  fileprivate var isTable: Bool {
    switch self {
    case .npy, .npz, .csv, .jsonl, .sqlite, .postgres: true
    case .named, .idx, .folder, .hwrt, .strokes: false
    }
  }
}
