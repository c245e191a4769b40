/// The rows of a query's answer. Columns are what the database says of them, unless the format says otherwise: numbers and truths are
/// numbers, texts are categories, dates and times are times.
struct QueryRows: RowSource {
  private let answer: any DatabaseAnswer
  private let format: CSVFormat
  private var names: [String] = []
  private var cells: [TableCell] = []
  private var roles: [CSVFieldRole] = []

  init(_ answer: any DatabaseAnswer, format: CSVFormat) {
    self.answer = answer
    self.format = format
  }

  var name: String { answer.name }

  mutating func next(into table: inout TableRows) throws -> RowOutcome {
    guard try answer.next() else { return .end }
    if roles.isEmpty { try settleColumns(&table) }
    cells.removeAll(keepingCapacity: true)
    for (column, role) in roles.enumerated() {
      let isText = role == .id || role == .label || role == .category
      cells.append(role == .ignored ? .gap : answer.cell(column, asText: isText))
    }
    let row = table.rowCount
    return try table.append(cells, names: names) { reason, expected, found in
      DataError(reason, in: name, at: .row(row, column: nil), expected: expected, found: found)
    }
  }

  var emptyFault: DataError {
    DataError(.truncated, in: name, expected: "a query that answers with rows", found: "no row")
  }

  private mutating func settleColumns(_ table: inout TableRows) throws {
    let columns = answer.columns
    names = columns.map(\.name)
    func fault(_ expected: String, _ found: String) -> DataError {
      DataError(.notFound, in: name, expected: expected, found: found)
    }
    let label = try format.labelColumn.map { column in
      guard let place = names.firstIndex(of: column) else {
        throw fault("the label column '\(column)'", "the columns \(names.prefix(20).joined(separator: ", "))")
      }
      return place
    }
    roles = try format.columns.roles(names: names, count: names.count, label: label, fault: fault)
    for (column, role) in roles.enumerated() where role == .number {
      switch columns[column].kind {
      case .number: break
      case .text: roles[column] = .category
      case .time: roles[column] = .time
      case .undeclared: if case .text = answer.cell(column, asText: false) { roles[column] = .category }
      case .other(let type):
        throw DataError(
          .unsupported, in: name,
          expected: "numbers, texts, truths and times (drop=\(names[column]) leaves the column out)",
          found: "the type \(type) in '\(names[column])'")
      }
    }
    guard roles.contains(where: \.isFeature) || format.columns.areNumbersAlone && label != nil else {
      throw fault("a column that is a number, a time or a category", "none")
    }
    table.settle(roles, names: names)
  }
}
