import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Synchronization
import Testing

/// Experiments whose tasks several workers do in one folder.
@Suite("Shared experiments", .serialized)
struct SharedExperimentTests {
  private func bytes(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(value)
  }

  private static func folder() -> String { NSTemporaryDirectory() + "/ood-shared-\(UUID().uuidString)" }

  /// What was told, by any worker.
  private final class Notes: Sendable {
    private let notes = Mutex<[String]>([])
    var all: [String] { notes.withLock { $0 } }
    func add(_ note: String) { notes.withLock { $0.append(note) } }
  }

  /// What workers at the same time leave undone.
  private static func together(
    _ count: Int, _ work: @escaping @Sendable () async throws -> WorkOutcome
  ) async throws -> [String] {
    try await withThrowingTaskGroup(of: WorkOutcome.self) { group in
      for _ in 0..<count { group.addTask { try await work() } }
      return try await group.reduce(into: []) { $0 += $1.left }
    }
  }

  /// The files of a folder, by name.
  private func files(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
    }
    return files
  }

  /// Without times, which differ from run to run.
  private func timeless(_ html: String) -> String {
    html.replacing(#/"(\w*[sS]econds)":[-+.eE0-9]+/#) { "\"\($0.output.1)\":0" }
  }

  @Test("Two workers in one folder divide the outlier generation experiment, and make what one process makes")
  func outlierGeneration() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let told = Notes()
    // What a worker that was killed had begun to write.
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let gone = ProcessIdentity(machine: ProcessIdentity.thisMachine, process: Int32.max)
    let begun = PartialFiles.name(beside: "\(folder)/flow.safetensors", owner: gone)
    try Data([1]).write(to: URL(fileURLWithPath: begun))
    let left = try await Self.together(2) {
      try await OutlierGenerationExperimentTests.experiment(folder: folder).work { step in
        if case .training(let what, let at) = step, at.step == 1 { told.add(what) }
      }
    }
    #expect(left == [])
    let trained = told.all
    #expect(Set(trained).count == trained.count, "Trained twice: \(trained.sorted())")
    #expect(try files(folder).keys.allSatisfy { !$0.hasSuffix(".claim") && !$0.hasSuffix(".partial") })
    let status = try await ExperimentStatus(folder: folder)
    #expect(status.tasks == status.finished && status.running.isEmpty && status.waiting.isEmpty)
    await #expect(throws: ExperimentError.noTasks(folder: "/nowhere")) {
      try await ExperimentStatus(folder: "/nowhere")
    }
    let shared = try OutlierGenerationExperimentTests.experiment(folder: folder).run { step in
      if case .training(let what, _) = step { Issue.record("\(what) was still to be trained") }
    }
    let alone = try OutlierGenerationExperimentTests.result.get()
    #expect(try bytes(shared.report) == bytes(alone.report))
    #expect(shared.page.html == alone.page.html)
  }

  @Test("Parts in folders of their own, whose files are put together, make the same report")
  func parts() async throws {
    let folders = [Self.folder(), Self.folder()]
    defer { for folder in folders { try? FileManager.default.removeItem(atPath: folder) } }
    for (index, folder) in folders.enumerated() {
      var sharing = WorkSharing()
      sharing.shard = Shard(index + 1, of: 2)
      let outcome = try await OutlierGenerationExperimentTests.experiment(folder: folder).work(
        sharing)
      #expect(!outcome.left.isEmpty)
    }
    let second = try files(folders[1])
    for (name, contents) in second {
      let path = "\(folders[0])/\(name)"
      if let other = FileManager.default.contents(atPath: path) { #expect(other == contents, "\(name)") }
      try contents.write(to: URL(fileURLWithPath: path))
    }
    let experiment = try OutlierGenerationExperimentTests.experiment(folder: folders[0])
    #expect(try await experiment.work().left.isEmpty)
    let together = try experiment.run { step in
      if case .training(let what, _) = step { Issue.record("\(what) was still to be trained") }
    }
    #expect(
      try bytes(together.report) == bytes(OutlierGenerationExperimentTests.result.get().report))
  }

  @Test("Three workers in one folder divide the overgeneralization experiment, one of which is stopped")
  func overgeneralization() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    struct Stop: Error {}
    // What it was at is left to the others.
    await #expect(throws: Stop.self) {
      try await OvergeneralizationFixture.experiment(folder: folder).work {
        if $0.part.hasPrefix("training dae-symmetric") { throw Stop() }
      }
    }
    let told = Notes()
    let left = try await Self.together(2) {
      try await OvergeneralizationFixture.experiment(folder: folder).work { told.add($0.part) }
    }
    #expect(left == [])
    #expect(told.all.contains { $0.hasPrefix("training dae-symmetric") })
    #expect(!told.all.contains { $0.hasPrefix("training cool") })
    #expect(try files(folder).keys.allSatisfy { !$0.hasSuffix(".claim") })
    let report = try OvergeneralizationFixture.experiment(folder: folder).run { step in
      #expect(!step.part.hasPrefix("training"), "\(step.part)")
    }
    #expect(try bytes(report) == bytes(OvergeneralizationFixture.report.get()))
  }

  @Test("Two workers in one folder divide the density experiment, and make the page that one process makes")
  func densities() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let told = Notes()
    let left = try await Self.together(2) {
      try await DensityExperimentTests.experiment(folder: folder).work { step in
        if case .working(let what) = step { told.add(what) }
      }
    }
    #expect(left == [])
    #expect(
      told.all.sorted() == ["draws", "energy", "truth"].map { "eight-gaussians, \($0)" }, "each is done once")
    #expect(
      try Set(files(folder).keys)
        == Set(["draws", "energy", "truth"].map { "eight-gaussians-\($0).json" } + ["tasks.json"]))
    let shared = try DensityExperimentTests.experiment(folder: folder).run { step in
      if case .working(let what) = step, what.contains(",") { Issue.record("\(what) was still to be done") }
    }
    let alone = try DensityExperimentTests.result.get()
    #expect(timeless(shared.page.html) == timeless(alone.page.html))
    let status = try await ExperimentStatus(folder: folder)
    #expect(status.tasks == 3 && status.finished == 3)
  }

  @Test(
    "Two workers in one folder divide the divergences, going on from the checkpoint of one that was stopped")
  func divergences() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var settings = DivergencesExperimentTests.settings()
    settings.toyEpochs = 1
    let (brief, told) = (settings, Notes())
    await #expect(throws: CancellationError.self) {
      try await DivergencesExperimentTests.experiment(brief, folder: folder).work { step in
        guard case .training(let what, let at) = step, at.step == 2 else { return }
        told.add(what)
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    let stopped = try #require(told.all.first)
    let left = try await Self.together(2) {
      try await DivergencesExperimentTests.experiment(brief, folder: folder).work { step in
        guard case .training(let what, let at) = step else { return }
        if at.step == (what == stopped ? 3 : 1) { told.add(what) }
        if what == stopped, at.step < 3 { Issue.record("\(what) begins anew") }
      }
    }
    #expect(left == [])
    #expect(told.all.count == 1 + 18 && Set(told.all).count == 18, "\(told.all.sorted())")
    #expect(try files(folder).keys.allSatisfy { !$0.hasSuffix(".claim") && !$0.hasSuffix(".checkpoint") })
    let shared = try DivergencesExperimentTests.experiment(brief, folder: folder).run { step in
      Issue.record("\(step) was still to be done")
    }
    #expect(try timeless(shared.page.html) == timeless(DivergencesExperimentTests.brief.get().page.html))
  }

  @Test("Two workers in one folder divide a likelihood experiment's trainings and scores")
  func likelihood() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let told = Notes()
    let left = try await Self.together(2) {
      try await LikelihoodExperimentTests.experiment(.realNVP, folder: folder).work { step in
        switch step {
        case .training(let role, let at): if at.step == 1 { told.add("training: \(role)") }
        case .working(let what): told.add(what)
        }
      }
    }
    #expect(left == [])
    #expect(Set(told.all).count == told.all.count, "Done twice: \(told.all.sorted())")
    #expect(told.all.count { $0.hasPrefix("training") } == 4)
    #expect(told.all.count { $0.hasPrefix("scoring") } == 16)
    #expect(try files(folder).keys.allSatisfy { !$0.hasSuffix(".claim") })
    let shared = try LikelihoodExperimentTests.experiment(.realNVP, folder: folder).run { step in
      Issue.record("\(step) was still to be done")
    }
    let alone = try LikelihoodExperimentTests.experiment(.realNVP).run()
    #expect(timeless(shared.page.html) == timeless(alone.page.html))
  }
}
