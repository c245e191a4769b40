import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run of the experiment keeps in its folder: settings.json, two models, and a file for each training's result.
struct OutlierGenerationStorage: Sendable {
  /// The result of one training.
  struct Line: Codable, Sendable {
    var method: String
    var repetition: Int
    var accuracy: Double
    var auroc, averagePrecision: [Double]
  }

  private let folder: String?

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
  }

  /// Whether a model was kept under a name.
  func hasModel(_ name: String) -> Bool {
    folder.map { FileManager.default.fileExists(atPath: "\($0)/\(name).safetensors") } ?? false
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

  /// The name of a training's file: letters, digits and points of the method's, and the repetition from 1.
  static func name(_ method: String, _ repetition: Int) -> String {
    ResultStore.name("training \(method) \(repetition + 1)")
  }

  /// The line of a training, where it is kept.
  func line(_ method: String, _ repetition: Int) -> Line? {
    guard let folder,
      let data = FileManager.default.contents(
        atPath: "\(folder)/\(Self.name(method, repetition)).json")
    else { return nil }
    let line = try? JSONDecoder().decode(Line.self, from: data)
    return line?.method == method && line?.repetition == repetition ? line : nil
  }

  /// The line of a training, kept or made now.
  func line(_ method: String, _ repetition: Int, make: () throws -> Line) throws -> Line {
    if let found = line(method, repetition) { return found }
    let line = try make()
    if let folder {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try OutputPlace.write(
        encoder.encode(line), to: "\(folder)/\(Self.name(method, repetition)).json")
    }
    return line
  }
}
