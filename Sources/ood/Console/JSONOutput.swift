#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Results as JSON.
enum JSONOutput {
  /// Keys in alphabetical order; "Infinity", "-Infinity" and "NaN" for numbers that JSON does not have.
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  /// Prints one JSON object on one line.
  static func print(_ value: some Encodable) throws {
    Console.result(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
