/// How a table of numbers is written as text, and what to do about gaps in it.
public struct CSVFormat: Sendable, Equatable {
  /// Whether the first row names the columns.
  public enum Header: String, Sendable, CaseIterable {
    /// It does when a field of it is no number.
    case automatic
    case present
    case absent
  }

  /// What a missing value means. Missing are empty fields and `NA`, `N/A`, `NaN`, `nan`, `null`, `NULL`,
  /// `None` and `?`.
  public enum MissingValues: Sendable, Equatable {
    /// An error that names the line and the column.
    case refuse
    /// This number in its place.
    case fill(Double)
    /// Rows with a gap are left out; `CSVTable.droppedRowCount` says how many.
    case dropRow
  }

  /// The byte between fields; nil to take whichever of `,` `;` tab and `|` is most frequent in the first row
  /// (a comma when none is).
  public var delimiter: UInt8?
  /// The byte around fields that may hold a delimiter; nil for none.
  public var quote: UInt8?
  public var header: Header
  public var missingValues: MissingValues
  /// A column of class labels, whose fields may be any text: its name, or its number counted from 0.
  public var labelColumn: String?

  public init(
    delimiter: UInt8? = nil, quote: UInt8? = UInt8(ascii: "\""), header: Header = .automatic,
    missingValues: MissingValues = .refuse, labelColumn: String? = nil
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.header = header
    self.missingValues = missingValues
    self.labelColumn = labelColumn
  }

  static let missingMarks: Set<String> = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]
}
