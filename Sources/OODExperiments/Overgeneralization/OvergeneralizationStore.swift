import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where an experiment keeps what it has done, so that a second run with the same settings goes on where the first one ended: trained models
/// as NAME.safetensors, results of its parts as NAME.json. What was made with other settings or images is made again.
struct OvergeneralizationStore: Sendable {
  /// Nil to keep nothing.
  let folder: String?

  private static let note = "overgeneralization_experiment"

  private struct Part<Value: Codable>: Codable {
    var key: String
    var value: Value
  }

  /// A text that two makings of a thing share only when they make the same.
  static func key(_ parts: any Encodable & Sendable...) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return parts.map { part in
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

  /// A part's result: what an earlier run stored under that key, or what `make` makes now.
  func result<Value: Codable>(_ name: String, key: String, make: () throws -> Value) throws -> Value {
    guard let folder else { return try make() }
    let path = "\(folder)/\(name).json"
    if let bytes = FileManager.default.contents(atPath: path),
      let stored = try? JSONDecoder().decode(Part<Value>.self, from: bytes), stored.key == key
    {
      return stored.value
    }
    let value = try make()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try OutputPlace.write(encoder.encode(Part(key: key, value: value)), to: path)
    return value
  }

  /// Whether an earlier run stored a part's result under that key.
  func hasResult<Value: Codable>(_ name: String, key: String, of type: Value.Type) -> Bool {
    guard let folder, let bytes = FileManager.default.contents(atPath: "\(folder)/\(name).json") else {
      return false
    }
    return (try? JSONDecoder().decode(Part<Value>.self, from: bytes))?.key == key
  }

  /// Whether a file holds a model that was stored under that key; also true for a damaged file, which `model` refuses.
  func hasModel(_ name: String, key: String) -> Bool {
    guard let folder else { return false }
    let path = "\(folder)/\(name).safetensors"
    guard FileManager.default.fileExists(atPath: path) else { return false }
    guard let archive = try? ModelArchive(contentsOf: path) else { return true }
    return archive.notes[Self.note] == key
  }

  /// A trained model: what an earlier run stored under that key, or what `train` trains now.
  /// - Throws: Also when a file is there and damaged.
  func model<Trained: Network>(_ name: String, key: String, train: () throws -> Trained) throws -> Trained {
    guard let folder else { return try train() }
    let path = "\(folder)/\(name).safetensors"
    if FileManager.default.fileExists(atPath: path) {
      let archive = try ModelArchive(contentsOf: path)
      if archive.notes[Self.note] == key, archive.kind == Trained.kind {
        return try Trained(decoding: archive)
      }
    }
    let model = try train()
    try model.save(to: path, notes: [Self.note: key])
    return model
  }
}
