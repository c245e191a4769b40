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
    let table = try Working.on("reading \(text)") { try self.table(specification, keepsGaps: keepsGaps) }
    // Sets that are loaded as examples may be of any shape.
    let isPlainTable = specification.source.isTable
    guard table.shape.count == 2 || !isPlainTable else {
      throw Failure("\(text): a table has rows and columns, and this array has the shape \(table.shape).")
    }
    DataLibrary.remark(dropped: table.droppedRowCount, of: text)
    guard let columns else { return table }
    return try naming(text) { try table.arranged(like: columns) }
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

/// Calls `body`; a table that it refuses is told with its name.
/// - Parameters:
///   - specification: The table's name.
///   - row: The number of a row in its file.
///   - body: What may refuse it.
func naming<Result>(
  _ specification: String, row: (Int) -> Int = { $0 }, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch TableError.notFinite(let position, let column, let value) {
    throw Failure(
      "\(specification): \(TableError.notFinite(row: row(position), column: column, value: value))")
  } catch let error as TableError {
    throw Failure("\(specification): \(error)")
  } catch let error as TableColumnsError {
    throw Failure("\(specification): \(error)")
  }
}

extension Specification.Source {
  /// Whether the source holds numbers that may need double precision.
  fileprivate var isTable: Bool {
    switch self {
    case .npy, .npz, .csv: true
    case .named, .idx, .hwrt, .strokes: false
    }
  }
}
