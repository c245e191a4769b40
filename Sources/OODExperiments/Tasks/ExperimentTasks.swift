import GenModels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An experiment as tasks whose results are files of one folder, so that any number of workers do them together: each takes what nobody is
/// at (`SharedTasks`), and whoever puts the experiment together finds the files.
struct ExperimentTasks<Progress: TaskProgress>: Sendable {
  /// What makes one file, the same bytes whoever does it.
  struct Task: Sendable {
    /// Its name in claims, and that of its file, which ends in .safetensors or .json: no slash.
    let name: String
    /// Whether its file is there.
    let isDone: @Sendable () -> Bool
    let perform: @Sendable (_ progress: @escaping @Sendable (Progress) throws -> Void) throws -> Void
  }

  private typealias Stage =
    @Sendable (_ progress: @escaping @Sendable (Progress) throws -> Void) throws -> [Task]

  private let folder: String
  private let stages: [Stage]

  /// - Parameters:
  ///   - folder: Where results are kept. Traps for nil.
  ///   - stages: Tasks of a stage need the files of the stages before; a stage is listed when those are done.
  init(
    _ folder: String?,
    stages: [@Sendable (_ progress: @escaping @Sendable (Progress) throws -> Void) throws -> [Task]]
  ) {
    guard let folder else { preconditionFailure("An experiment without a folder has nothing to share.") }
    self.folder = folder
    self.stages = stages
  }

  /// Does what is to be done.
  /// - Throws: What tasks throw; such a task is left to others. `CancellationError`.
  func run(
    _ sharing: WorkSharing, progress: @escaping @Sendable (Progress) throws -> Void
  ) async throws -> WorkOutcome {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What a killed worker had begun to write, whoever was to go on with it.
    defer { PartialFiles.removeStale(in: folder) }
    var outcome = WorkOutcome()
    for stage in stages {
      let tasks = try stage(progress)
      try TaskList.add(tasks.map(\.name), to: folder)
      let byName = Dictionary(uniqueKeysWithValues: tasks.map { ($0.name, $0) })
      let shared = SharedTasks(
        folder: folder, tasks: (sharing.shard?.part(of: tasks) ?? tasks).map(\.name),
        silenceSeconds: sharing.takeoverSeconds, waits: sharing.waits
      ) { name, _ in byName[name]!.isDone() }
      _ = try await shared.run { _ in
      } work: { claim in
        try byName[claim.task]!.perform { step in
          if !step.looksForCancellation { try _Concurrency.Task.checkCancellation() }
          let (part, activity) = step.standing
          claim.report(part: part, activity)
          try progress(step)
        }
        return nil
      }
      outcome.left += tasks.filter { !$0.isDone() }.map(\.name)
      // The next stage needs them all; a part that others do elsewhere makes what it needs for itself.
      guard outcome.left.isEmpty || sharing.shard != nil else { break }
    }
    return outcome
  }
}
