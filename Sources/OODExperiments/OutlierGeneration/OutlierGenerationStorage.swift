import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run of the experiment keeps in its folder: settings.json, two models, and a line of results.jsonl for each training.
struct OutlierGenerationStorage {
  /// The result of one training.
  struct Line: Codable, Sendable {
    var method: String
    var repetition: Int
    var accuracy: Double
    var auroc, averagePrecision: [Double]
  }

  private let folder: String?
  private(set) var lines: [Line] = []

  /// - Throws: `ExperimentError.otherResults` where the folder is another run's.
  init(_ experiment: OutlierGenerationExperiment) throws {
    folder = experiment.folder
    guard let folder else { return }
    let identity = RunIdentity(
      settings: experiment.settings, training: experiment.images, test: experiment.testImages,
      controls: experiment.controlImages, exposure: experiment.exposure?.examples)
    if let what = try identity.claim(folder) {
      throw ExperimentError.otherResults(folder: folder, what: what)
    }
    if let data = FileManager.default.contents(atPath: folder + "/results.jsonl") {
      // A line that was cut off is done again.
      lines = data.split(separator: UInt8(ascii: "\n")).compactMap {
        try? JSONDecoder().decode(Line.self, from: Data($0))
      }
    }
  }

  /// The model that was kept under a name, or what `train` makes, which is kept then.
  func model<Kept: Network>(_ name: String, as type: Kept.Type, train: () throws -> Kept) throws -> Kept {
    guard let folder else { return try train() }
    let path = "\(folder)/\(name).safetensors"
    if FileManager.default.fileExists(atPath: path) { return try Kept(contentsOf: path) }
    let model = try train()
    try model.save(to: path)
    return model
  }

  /// The line of a training, kept or made now.
  mutating func line(_ method: String, _ repetition: Int, make: () throws -> Line) throws -> Line {
    if let found = lines.first(where: { $0.method == method && $0.repetition == repetition }) { return found }
    let line = try make()
    lines.append(line)
    if let folder {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      var text = Data()
      for line in lines {
        text.append(try encoder.encode(line))
        text.append(UInt8(ascii: "\n"))
      }
      try OutputPlace.write(text, to: folder + "/results.jsonl")
    }
    return line
  }
}
