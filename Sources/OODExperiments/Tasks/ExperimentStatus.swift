import GenModels
import OODDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How far the tasks of an experiment's folder are, and who is at them.
public struct ExperimentStatus: Encodable, Sendable, Hashable {
  public let folder: String
  /// The tasks that workers here have listed, and those whose file is there. A later stage is listed once the earlier ones are done.
  public let tasks, finished: Int
  /// What workers are at. Their part is of the step that they tell of.
  public let running: [SweepStatus.Running]
  /// Those that nobody is at.
  public let waiting: [String]

  /// Looks until every worker has given a sign of life, some seconds at most. Writes nothing.
  /// - Throws: `ExperimentError.noTasks` where no worker has listed any.
  public init(folder: String) async throws {
    guard let list = TaskList(folder: folder) else { throw ExperimentError.noTasks(folder: folder) }
    let view = try ClaimView(folder)
    let watch = ClaimWatch(silenceSeconds: 60)
    let open = list.names.filter {
      !view.names.contains($0 + ".safetensors") && !view.names.contains($0 + ".json")
    }
    var held: [(file: ClaimFile, note: ClaimNote)] = []
    for task in open {
      if let file = view.claims[task]?.last, case .held(let note?) = watch.standing(file) {
        held.append((file, note))
      }
    }
    running = try await SweepDirectory.heard(held).sorted { $0.name < $1.name }
    let names = Set(running.map(\.name))
    self.folder = folder
    tasks = list.names.count
    finished = list.names.count - open.count
    waiting = open.filter { !names.contains($0) }
  }
}

/// The names of the tasks that are known, in tasks.json of an experiment's folder, for who looks at it from outside.
struct TaskList: Codable {
  private(set) var names: [String] = []
  private static let file = "tasks.json"

  init() {}

  init?(folder: String) {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(Self.file)"),
      let list = try? JSONDecoder().decode(Self.self, from: data)
    else { return nil }
    self = list
  }

  /// Writes those of another stage behind what is there.
  static func add(_ names: [String], to folder: String) throws {
    var list = TaskList(folder: folder) ?? TaskList()
    let known = Set(list.names)
    let new = names.filter { !known.contains($0) }
    guard !new.isEmpty else { return }
    list.names += new
    try OutputPlace.write(JSONEncoder().encode(list), to: "\(folder)/\(Self.file)")
  }
}
