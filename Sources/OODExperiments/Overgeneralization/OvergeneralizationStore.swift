import GenModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where the experiment keeps what it has done: trained models as NAME.safetensors, results of its parts as NAME.json. What was made with
/// other settings or images is made again.
struct OvergeneralizationStore: Sendable {
  let results: ResultStore
  /// Nil to keep nothing.
  var folder: String? { results.folder }

  init(folder: String?) { results = ResultStore(folder: folder) }

  private static let note = "overgeneralization_experiment"

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
