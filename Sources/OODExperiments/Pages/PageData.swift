#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Data of a page: JSON in an element that no browser runs. A script reads it by the element's id.
struct PageData {
  let id: String
  /// One value, or one a line.
  let json: String

  /// One value.
  init(_ id: String, _ value: some Encodable) {
    self.id = id
    json = Self.encoded(value)
  }

  /// A value a line.
  init(_ id: String, lines values: [some Encodable]) {
    self.id = id
    var lines: [String] = []
    for value in values { lines.append(Self.encoded(value)) }
    json = lines.joined(separator: "\n")
  }

  var element: String { "<script type=\"application/json\" id=\"\(id)\">\(json)</script>" }

  /// JSON in which no text can end the element that it is in: "<" occurs only in strings, where \u003c says the same.
  private static func encoded(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let bytes = try? encoder.encode(value) else {
      preconditionFailure("The data of a page are numbers, texts and lists, and can be encoded.")
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "<", omittingEmptySubsequences: false)
      .joined(separator: "\\u003c")
  }
}
