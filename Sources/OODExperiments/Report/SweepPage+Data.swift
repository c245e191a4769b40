#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The data inside the page: JSON in elements that no browser runs, one for each model's images, so that only those of the
/// chosen model are parsed.
extension SweepPage {
  var embeddedData: String {
    var elements = [Self.element("settings", settings.map(Self.json) ?? "null")]
    elements.append(Self.element("records", records.map(Self.json).joined(separator: "\n")))
    for (index, record) in records.enumerated() {
      guard let panel = panels[record.name] else { continue }
      elements.append(Self.element("images-\(index)", Self.json(panel)))
    }
    return elements.joined(separator: "\n")
  }

  private static func element(_ id: String, _ json: String) -> String {
    "<script type=\"application/json\" id=\"\(id)\">\(json)</script>"
  }

  /// JSON in which no name can end the element that it is in: "<" occurs only in strings, where \u003c says the same.
  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let bytes = try? encoder.encode(value) else {
      preconditionFailure("A \(type(of: value)) has numbers, texts and lists only, and can be encoded.")
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "<", omittingEmptySubsequences: false)
      .joined(separator: "\\u003c")
  }
}
