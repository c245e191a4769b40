import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Results of an experiment's parts, each a file NAME.json of a folder, so that a second run with the same settings goes on where the first
/// one ended, and several workers divide the parts. A result stands there with a key, which says what it was made from; what was made from
/// other settings or images is made again.
struct ResultStore: Sendable {
  /// Nil to keep nothing.
  let folder: String?

  private struct Part<Value: Codable>: Codable {
    var key: String
    var value: Value
  }

  // Names of numbers that JSON does not have.
  private static let (infinity, negativeInfinity, nan) = ("Infinity", "-Infinity", "NaN")

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return decoder
  }

  /// A text that two makings of a thing share only when they make the same.
  static func key(_ parts: any Encodable & Sendable...) -> String {
    parts.map { part in
      (try? encoder.encode(part)).map { String(decoding: $0, as: UTF8.self) } ?? "\(part)"
    }.joined(separator: " ")
  }

  /// A hash of images and labels, by which others under the same name are noticed.
  static func digest(_ images: Tensor, _ labels: Indexes? = nil) -> String {
    var digest = ContentDigest()
    digest.add(images)
    if let labels { for label in labels.elements { digest.add(UInt64(bitPattern: Int64(label))) } }
    return digest.text
  }

  /// A file's name: letters, digits and points of a text in small letters, and hyphens between its words.
  static func name(_ text: String) -> String {
    text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "." }.joined(separator: "-")
  }

  /// What an earlier run stored under that key; nil where it did not.
  func stored<Value: Codable>(_ name: String, key: String, as type: Value.Type = Value.self) -> Value? {
    guard let folder, let bytes = FileManager.default.contents(atPath: "\(folder)/\(name).json"),
      let part = try? Self.decoder.decode(Part<Value>.self, from: bytes), part.key == key
    else { return nil }
    return part.value
  }

  /// A part's result: what an earlier run stored under that key, or what `make` makes now, which is stored.
  func result<Value: Codable>(_ name: String, key: String, make: () throws -> Value) throws -> Value {
    if let stored = stored(name, key: key, as: Value.self) { return stored }
    let value = try make()
    if let folder {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try OutputPlace.write(Self.encoder.encode(Part(key: key, value: value)), to: "\(folder)/\(name).json")
    }
    return value
  }

  /// The task that makes a part's result and leaves it in the folder.
  func task<Value: Codable & Sendable, Progress: TaskProgress>(
    _ name: String, key: String,
    _ make: @escaping @Sendable (_ progress: @escaping @Sendable (Progress) throws -> Void) throws -> Value
  ) -> ExperimentTasks<Progress>.Task {
    .init(name: name, isDone: { stored(name, key: key, as: Value.self) != nil }) { progress in
      _ = try result(name, key: key) { try make(progress) }
    }
  }
}
