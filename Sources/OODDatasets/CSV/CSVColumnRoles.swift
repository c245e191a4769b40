import GenModels

/// Which columns of a table are no numbers, and which are left out. Columns are meant by their names, or by their numbers from 0.
///
/// ```swift
/// var format = CSVFormat()
/// format.columns.id = "order"
/// format.columns.times = ["shipped"]
/// format.columns.categories = ["machine", "country"]
/// ```
public struct CSVColumnRoles: Sendable, Equatable {
  /// A column of any text that names each row, and is no feature.
  public var id: String?
  /// Columns of dates and times: `2024-03-01`, `2024-03-01 12:30:05.5`, `2024-03-01T12:30Z`, `+02:00`, or seconds since 1970.
  public var times: [String] = []
  /// Columns of names, each of which stands for a class of rows.
  public var categories: [String] = []
  /// Columns to leave out.
  public var dropped: [String] = []
  /// The only columns to take besides those above, where it is not nil.
  public var chosen: [String]?

  public init() {}

  /// Whether every column that is no label holds numbers, and all are taken.
  var areNumbersAlone: Bool { self == CSVColumnRoles() }

  /// Takes over which of the wanted columns, by name, are times and categories, where nothing else is said of them.
  mutating func adopt(names: [String]?, kinds: [ColumnKind]?) {
    guard let names, let kinds else { return }
    for (name, kind) in zip(names, kinds) where !all.contains(name) {
      switch kind {
      case .number: break
      case .time: times.append(name)
      case .category: categories.append(name)
      }
    }
  }

  private var all: [String] { (id.map { [$0] } ?? []) + times + categories + dropped + (chosen ?? []) }

  /// Columns that are meant by number.
  var numbers: [Int] { all.compactMap { Int($0) } }

  /// Whether a column is meant by a name that is no number, so that there must be a header.
  var haveNames: Bool { all.contains { Int($0) == nil } }
}

/// What is read from a column.
enum CSVFieldRole: Equatable {
  case number, label, id, time, category, ignored

  /// Whether it is a feature.
  var isFeature: Bool { self == .number || self == .time || self == .category }
}

extension CSVColumnRoles {
  /// The role of each column of a table.
  /// - Parameters:
  ///   - names: The header's names, or nil without a header.
  ///   - count: Number of columns.
  ///   - label: The position of the label column.
  ///   - fault: Makes the error for a column that is not there.
  func roles(
    names: [String]?, count: Int, label: Int?, fault: (_ expected: String, _ found: String) -> DataError
  ) throws -> [CSVFieldRole] {
    var roles = [CSVFieldRole](repeating: chosen == nil ? .number : .ignored, count: count)
    var said: [Int: String] = [:]
    func position(of column: String, as what: String) throws -> Int {
      let places = names?.indices.filter { names![$0] == column } ?? []
      guard places.count <= 1 else {
        throw fault("one column '\(column)'", "\(places.count) columns of that name")
      }
      let number = Int(column).flatMap { (0..<count).contains($0) ? $0 : nil }
      guard let position = places.first ?? number else {
        throw fault(
          "the \(what) column '\(column)' by name or by number from 0",
          "\(count) columns: \((names ?? (0..<count).map { "\($0)" }).prefix(20).joined(separator: ", "))")
      }
      if let other = said[position], other != what {
        throw fault("one role for the column '\(column)'", "\(other) and \(what)")
      }
      said[position] = what
      return position
    }
    if let label {
      roles[label] = .label
      said[label] = "label"
    }
    for column in chosen ?? [] { roles[try position(of: column, as: "chosen")] = .number }
    said = said.filter { $0.value != "chosen" }
    if let id { roles[try position(of: id, as: "id")] = .id }
    for column in times { roles[try position(of: column, as: "time")] = .time }
    for column in categories { roles[try position(of: column, as: "category")] = .category }
    for column in dropped { roles[try position(of: column, as: "dropped")] = .ignored }
    return roles
  }
}
