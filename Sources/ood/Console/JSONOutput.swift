#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Results as JSON.
enum JSONOutput {
  /// Prints one JSON object on one line, keys in alphabetical order.
  static func print(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    Console.result(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
