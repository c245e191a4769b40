/// A line of a CSV file, with quotes around the fields that need them (RFC 4180).
enum CSVLine {
  static func text(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") }

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
