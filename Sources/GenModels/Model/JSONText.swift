#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Configurations as JSON text: keys in order, so that equal ones have equal text, and doubles with as many digits as they need to
/// come back to the bit.
enum JSONText {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, from text: String, catalogue: ModelCatalogue
  ) throws(ModelFileError) -> Value {
    let decoder = JSONDecoder()
    decoder.userInfo[.modelCatalogue] = catalogue
    do {
      return try decoder.decode(type, from: Data(text.utf8))
    } catch {
      throw .malformed(reason: "the configuration \(text.prefix(300)) does not fit \(type) (\(error))")
    }
  }
}

extension CodingUserInfoKey {
  /// Where descriptions of layers and bijections look up their kinds while they are decoded.
  static let modelCatalogue = CodingUserInfoKey(rawValue: "swift-ood.model-catalogue")!
}

extension Decoder {
  /// The catalogue that descriptions are looked up in: that of the archive, else this library's own kinds.
  var modelCatalogue: ModelCatalogue { userInfo[.modelCatalogue] as? ModelCatalogue ?? .generative }
}
