/// An entry of a row as its source has it: a member of an object, a value of a database.
enum TableCell {
  case gap
  case number(Double)
  case truth(Bool)
  case text(String)
  /// An object, an array, bytes: nothing that a table can hold.
  case nested

  /// As text, for ids, labels and categories; nil for a gap.
  var text: String? {
    switch self {
    case .gap, .nested: nil
    case .number(let number): NumberText.shortest(number)
    case .truth(let isTrue): isTrue ? "true" : "false"
    case .text(let text): text
    }
  }
}

extension TableRows {
  /// Adds a row of entries, one a field.
  /// - Parameters:
  ///   - cells: The row.
  ///   - names: What the fields are called, for messages.
  ///   - fault: Makes an error with the place of the row.
  mutating func append(
    _ cells: [TableCell], names: [String],
    fault: (_ reason: DataError.Reason, _ expected: String, _ found: String) -> DataError
  ) throws -> RowOutcome {
    let start = mark
    for (field, cell) in cells.enumerated() where roles[field].isFeature {
      let value = try value(cell, roles[field]) { reason, expected, found in
        fault(reason, "\(expected) in '\(names[field])'", found)
      }
      if let value {
        values.append(value)
        continue
      }
      switch format.missingValues {
      case .refuse:
        throw fault(
          .missingValue, "a value of '\(names[field])' (set a policy for missing values to accept gaps)",
          "none")
      case .fill(let number): values.append(roles[field] == .number ? number : .nan)
      case .dropRow:
        rewind(to: start)
        return .dropped
      }
    }
    for (field, cell) in cells.enumerated() {
      if roles[field] == .label { labels.append(cell.text ?? "") }
      if roles[field] == .id { ids.append(cell.text ?? "") }
    }
    return .kept
  }

  /// What an entry is as the feature that is read next; nil for a gap.
  private mutating func value(
    _ cell: TableCell, _ role: CSVFieldRole,
    _ fault: (_ reason: DataError.Reason, _ expected: String, _ found: String) -> DataError
  ) throws -> Double? {
    switch (role, cell) {
    case (_, .gap): return nil
    case (_, .nested):
      throw fault(.malformed, "a number, a text, true, false or null", "an array, an object or bytes")
    case (.category, _): return cell.text.map { code($0) }
    case (_, .number(let number)):
      guard number.isFinite else { throw fault(.notFinite, "a finite number", "\(number)") }
      return number
    case (.time, .text(let text)):
      guard let seconds = TimeText.seconds(text) else {
        throw fault(.malformed, TimeText.forms, "'\(text.prefix(40))'")
      }
      return seconds
    case (.time, .truth): throw fault(.malformed, TimeText.forms, "true or false")
    case (_, .truth(let isTrue)): return isTrue ? 1 : 0
    case (_, .text(let text)):
      throw fault(
        .malformed, "a number (columns of other things are named: category=, time=, id= or drop=)",
        "'\(text.prefix(40))'")
    }
  }
}
