import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run of the experiment keeps in its folder: settings.json, and for each flow its model, or the checkpoint of one that is not
/// finished, and what was measured.
struct DivergencesStorage: Sendable {
  private let settings: DivergencesSettings
  private let results: ResultStore
  private var folder: String? { results.folder }

  /// - Throws: `ExperimentError.otherResults` where the folder is another run's.
  init(_ experiment: DivergencesExperiment) throws {
    settings = experiment.settings
    results = ResultStore(folder: experiment.folder)
    guard let folder = experiment.folder else { return }
    let identity = RunIdentity(
      settings: experiment.settings, training: experiment.images, test: experiment.testImages,
      controls: experiment.controlImages)
    if let what = try identity.claim(folder) {
      throw ExperimentError.otherResults(folder: folder, what: what)
    }
  }

  /// What was found of the flow of that name: kept, or made now.
  func found<Value: Codable>(_ name: String, make: () throws -> Value) throws -> Value {
    try results.result(Self.file(name), key: ResultStore.key(settings, name), make: make)
  }

  /// The task that finds it.
  func task<Value: Codable & Sendable>(
    _ name: String,
    _ make: @escaping @Sendable (_ progress: (DivergencesExperiment.Progress) throws -> Void) throws -> Value
  ) -> ExperimentTasks<DivergencesExperiment.Progress>.Task {
    results.task(Self.file(name), key: ResultStore.key(settings, name)) { try make($0) }
  }

  /// The model of that name is there before what is found of it.
  private static func file(_ name: String) -> String { ResultStore.name("found " + name) }

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
    let checkpoint = stem + ".checkpoint"
    func removeCheckpoint() { try? FileManager.default.removeItem(atPath: checkpoint) }
    if FileManager.default.fileExists(atPath: path) {
      // Whoever made the model may have been killed before this.
      removeCheckpoint()
      return (try Flow(contentsOf: path), nil)
    }
    let flow = try train(Checkpointing(path: checkpoint, everySteps: 200))
    let seconds = (clock.now - start) / .seconds(1)
    try flow.save(to: path)
    removeCheckpoint()
    return (flow, seconds)
  }
}
