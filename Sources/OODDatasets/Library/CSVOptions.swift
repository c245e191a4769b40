/// The options of the specification of a source of rows, such as `csv:`.
struct CSVOptions {
  private let specification: Specification

  init(_ specification: Specification) { self.specification = specification }

  func format() throws -> CSVFormat {
    var format = CSVFormat()
    format.labelColumn = specification.options["label"]?.text
    if let word = specification.options["header"] {
      switch word.text {
      case "yes": format.header = .present
      case "no": format.header = .absent
      case "auto": format.header = .automatic
      default: throw fault(word, "header is yes, no or auto")
      }
    }
    if let word = specification.options["delimiter"] {
      let named: [String: UInt8] = ["comma": 0x2C, "semicolon": 0x3B, "tab": 0x09, "space": 0x20]
      guard let byte = named[word.text] ?? (word.text.utf8.count == 1 ? word.text.utf8.first : nil) else {
        throw fault(word, "a delimiter is one character, or comma, semicolon, tab or space")
      }
      format.delimiter = byte
    }
    if let word = specification.options["decimal"] {
      format.decimalMark = try mark(word, ["comma": 0x2C, "point": 0x2E], "decimal")
    }
    if let word = specification.options["thousands"] {
      format.thousandsMark = try mark(
        word, ["comma": 0x2C, "point": 0x2E, "space": 0x20, "apostrophe": 0x27, "underscore": 0x5F],
        "thousands")
      if format.thousandsMark == format.decimalMark {
        throw fault(word, "thousands and decimals can't have the same mark (decimal=comma or point)")
      }
    }
    if let word = specification.options["encoding"] {
      guard let encoding = CSVFormat.Encoding(rawValue: word.text) else {
        throw fault(word, "encoding is utf8, utf16 or latin1")
      }
      format.encoding = encoding
    }
    if let word = specification.options["missing"] {
      switch word.text {
      case "refuse": format.missingValues = .refuse
      case "drop": format.missingValues = .dropRow
      default:
        guard let number = Double(word.text), number.isFinite else {
          throw fault(word, "missing is refuse, drop, or the number to put in place")
        }
        format.missingValues = .fill(number)
      }
    }
    format.columns.id = specification.options["id"]?.text
    format.columns.times = try columns("time") ?? []
    format.columns.categories = try columns("category") ?? []
    format.columns.dropped = try columns("drop") ?? []
    format.columns.chosen = try columns("columns")
    return format
  }

  /// Names between commas.
  private func columns(_ option: String) throws -> [String]? {
    guard let word = specification.options[option] else { return nil }
    let names = word.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !names.contains(""), Set(names).count == names.count else {
      throw fault(word, "\(option) is names of columns between commas, each once")
    }
    return names
  }

  /// A byte by its name or as it is.
  private func mark(_ word: Specification.Word, _ named: [String: UInt8], _ what: String) throws -> UInt8 {
    guard let byte = named[word.text] ?? (word.text.utf8.count == 1 ? word.text.utf8.first : nil),
      named.values.contains(byte)
    else { throw fault(word, "\(what) is \(named.keys.sorted().joined(separator: ", "))") }
    return byte
  }

  private func fault(_ word: Specification.Word, _ message: String) -> SpecificationError {
    SpecificationError(specification.text, column: word.column, message)
  }
}
