/// Whether the first row of a table names the columns.
///
/// It does when it has words and no numbers, or beside words only whole numbers that count up (`0,1,2,class`). It doesn't when
/// each field is a number, missing, infinite, or at least starts like a number (`1,5`, `0x1F`): such a row is data, and what can't
/// be read in it is an error.
enum FirstRow: Equatable {
  case names
  case numbers
  /// A word beside numbers.
  case either(String)

  init(_ fields: [(text: String, number: Double?)]) {
    let word = fields.first { FirstRow.isWord($0.text, $0.number) }?.text
    guard let word else {
      self = .numbers
      return
    }
    let numbers = fields.compactMap(\.number)
    let countsUp = zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }
    self =
      numbers.isEmpty || numbers.count > 1 && countsUp && numbers.allSatisfy({ $0 == $0.rounded() })
      ? .names : .either(word)
  }

  private static func isWord(_ text: String, _ number: Double?) -> Bool {
    if number != nil || CSVFormat.isMissing(text) || isInfinite(text) { return false }
    let rest = text.drop { $0 == "-" || $0 == "+" || $0 == "." || $0 == "," }
    return !(rest.first.map { $0.isASCII && $0.isNumber } ?? false)
  }

  /// Whether a field says that a number is infinite.
  static func isInfinite(_ text: String) -> Bool {
    let word = text.lowercased().drop { $0 == "-" || $0 == "+" }
    return ["inf", "infinity", "1.#inf", "∞"].contains(word)
  }
}
