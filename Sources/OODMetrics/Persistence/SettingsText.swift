import GenModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Settings as JSON text: keys in order, so that equal settings have equal text, and doubles with as many
/// digits as they need to come back to the bit.
enum SettingsText {
  static func encode(_ settings: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(settings), as: UTF8.self)
  }

  static func decode<Settings: Decodable>(
    _ type: Settings.Type, from text: String
  ) throws(ModelFileError) -> Settings {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw .malformedArchitecture(reason: "the settings \(text) don't fit \(type) (\(error))")
    }
  }
}
