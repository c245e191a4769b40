/// The options of a `csv:` specification.
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
    return format
  }

  private func fault(_ word: Specification.Word, _ message: String) -> SpecificationError {
    SpecificationError(specification.text, column: word.column, message)
  }
}
