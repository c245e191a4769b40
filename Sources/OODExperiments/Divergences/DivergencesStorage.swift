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
  private let folder: String?

  /// - Throws: `ExperimentError.otherResults` where the folder is another run's.
  init(_ experiment: DivergencesExperiment) throws {
    folder = experiment.folder
    guard let folder else { return }
    let identity = RunIdentity(
      settings: experiment.settings, training: experiment.images, test: experiment.testImages,
      controls: experiment.controlImages)
    if let what = try identity.claim(folder) {
      throw ExperimentError.otherResults(folder: folder, what: what)
    }
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
