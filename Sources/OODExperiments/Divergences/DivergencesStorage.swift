import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run of the experiment keeps in its folder: settings.json, a model for each finished training, and the checkpoint of the one
/// that is not.
struct DivergencesStorage {
  /// What decides every result.
  private struct Identity: Codable, Equatable {
    var settings: DivergencesSettings
    var training, test: String
    var controls: [String]
  }

  private let folder: String?

  /// - Throws: `DivergencesError.otherResults` where the folder is another run's.
  init(_ experiment: DivergencesExperiment) throws {
    folder = experiment.folder
    guard let folder else { return }
    func digest(_ tensor: Tensor) -> String {
      var digest = ContentDigest()
      digest.add(tensor)
      return digest.text
    }
    let identity = Identity(
      settings: experiment.settings, training: digest(experiment.images),
      test: digest(experiment.testImages), controls: experiment.controlImages.map(digest))
    let path = folder + "/settings.json"
    if let data = FileManager.default.contents(atPath: path) {
      let stored = try? JSONDecoder().decode(Identity.self, from: data)
      guard stored == identity else {
        let what =
          stored == nil
          ? "settings.json" : stored?.settings != identity.settings ? "a setting" : "a set of images"
        throw DivergencesError.otherResults(folder: folder, what: what)
      }
      return
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try OutputPlace.write(encoder.encode(identity), to: path)
  }

  /// The flow that was kept under a name, or what `train` makes, which is kept then.
  ///
  /// - Returns: The flow, and the seconds of its training; nil for one that was kept.
  func flow(
    _ name: String, train: (Checkpointing?) throws -> Flow
  ) throws -> (flow: Flow, seconds: Double?) {
    let clock = ContinuousClock()
    let start = clock.now
    guard let folder else { return (try train(nil), (clock.now - start) / .seconds(1)) }
    let stem = folder + "/" + name.lowercased().map { $0 == " " ? "-" : String($0) }.joined()
    let path = stem + ".safetensors"
    if FileManager.default.fileExists(atPath: path) { return (try Flow(contentsOf: path), nil) }
    let flow = try train(Checkpointing(path: stem + ".checkpoint", everySteps: 200))
    let seconds = (clock.now - start) / .seconds(1)
    try flow.save(to: path)
    try? FileManager.default.removeItem(atPath: stem + ".checkpoint")
    return (flow, seconds)
  }
}
