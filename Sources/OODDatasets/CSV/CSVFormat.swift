/// How a table of numbers is written as text, and what to do about gaps in it.
public struct CSVFormat: Sendable, Equatable {
  /// Whether the first row names the columns.
  public enum Header: String, Sendable, CaseIterable {
    /// It does when it has a word. A row that could be either, such as `0,1,2` or `1.5,left,2`, is an error that asks.
    case automatic
    case present
    case absent
  }

  /// What a missing value means. Missing are empty fields and `NA`, `N/A`, `#N/A`, `<NA>`, `NaN`, `null`, `None`, `?` and a
  /// few more, in upper and lower case.
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

  /// How the bytes stand for text.
  public enum Encoding: String, Sendable, CaseIterable {
    case utf8
    /// In the byte order that its first two bytes mark; little-endian without a mark.
    case utf16
    /// ISO 8859-1.
    case latin1
  }

  /// The byte between a number's whole part and its fraction: a point or a comma.
  public var decimalMark = UInt8(ascii: ".")
  /// The byte between groups of three digits in the whole part of a number; nil for none.
  public var thousandsMark: UInt8?
  public var encoding = Encoding.utf8
  /// Which columns hold ids, times and categories, and which are left out.
  public var columns = CSVColumnRoles()

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

  /// Whether a field, without blanks around it, stands for a missing value.
  static func isMissing(_ text: String) -> Bool {
    text.utf8.count <= 8 && missingMarks.contains(text.lowercased())
  }

  /// What pandas, R, Excel and C libraries write, in lower case.
  private static let missingMarks: Set<String> = [
    "", "na", "n/a", "nan", "-nan", "+nan", "null", "none", "nil", "?", "#n/a", "#na", "<na>", "1.#qnan",
    "-1.#qnan",
    "1.#ind", "-1.#ind", "missing",
  ]
}
