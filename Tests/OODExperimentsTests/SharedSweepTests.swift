import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Synchronization
import Testing

private let points = (0..<8).map {
  SweepPoint(layers: 1, maps: 2, bottleneck: 1 + $0 / 2, kernel: 3, epochs: $0 % 2, seed: UInt64($0))
}

private func images(_ name: String, _ count: Int, seed: UInt64) -> Dataset {
  var random = RandomGenerator(seed: seed)
  return Dataset(
    name: name, examples: random.uniform([count, 10, 8, 1]), labels: Indexes((0..<count).map { $0 % 2 }))
}

private func sweep(_ folder: String, _ points: [SweepPoint] = points) throws -> Sweep {
  let data = try SweepData(
    training: images("training", 64, seed: 1), test: images("test", 8, seed: 2),
    controls: [images("control", 8, seed: 3)], symbolTraining: [images("symbols", 16, seed: 4)])
  var sweep = Sweep(SweepGrid(points, recipe: .fast), data: data, directory: folder)
  sweep.measurement.generatedCount = 4
  sweep.measurement.iterations = 2
  sweep.measurement.theta = 20
  sweep.classifierEpochs = 1
  (sweep.digitClassifier, sweep.symbolClassifier) = (.none, .none)
  sweep.silenceSeconds = 0.5
  return sweep
}

private func withFolder(_ body: (String) async throws -> Void) async throws {
  let folder = NSTemporaryDirectory() + "/ood-shared-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try await body(folder)
}

/// Events of one or more workers.
private final class Log: Sendable {
  private let events = Mutex<[SweepEvent]>([])
  func note(_ event: SweepEvent) { events.withLock { $0.append(event) } }

  /// The models that were done, not found.
  var done: [String] {
    events.withLock { events in
      let start = events.firstIndex { if case .found = $0 { true } else { false } } ?? 0
      return events[start...].compactMap { if case .finished(let record) = $0 { record.name } else { nil } }
    }
  }
  /// Classifiers that this worker trained.
  var trainedClassifiers: Set<String> {
    events.withLock { events in
      var names: Set<String> = []
      for case .trainingClassifier(let name, _) in events { names.insert(name) }
      return names
    }
  }
  /// Whether this is the first step of a model's training.
  var isFirstStep: Bool {
    events.withLock { events in
      events.count { if case .training = $0 { true } else { false } } == 1
    }
  }
  var left: [String] {
    events.withLock { events in
      var left: [String] = []
      for case .leftToOthers(let names) in events { left += names }
      return left
    }
  }
}

/// The claim of a worker on a machine that is not this one.
private func writeClaim(
  _ folder: String, _ task: String, generation: Int = 1, state: String = "working", beat: Int = 0,
  failure: String? = nil
) throws {
  let reason = failure.map { #","failure":"\#($0)""# } ?? ""
  let text =
    #"{"activity":"epoch 1 of 2","beat":\#(beat),"host":"far","owner":{"machine":"0123456789abcdef","process":1},"part":0.25,"silence_seconds":0.5,"state":"\#(state)"\#(reason)}"#
  try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(task).\(generation).claim"))
}

private func files(_ folder: String) throws -> [String: Data] {
  let names = try FileManager.default.contentsOfDirectory(atPath: folder)
  return Dictionary(
    uniqueKeysWithValues: names.map {
      ($0, FileManager.default.contents(atPath: folder + "/" + $0) ?? Data())
    })
}

/// The records without their times.
private func timeless(_ folder: String) throws -> [SweepRecord] {
  try SweepDirectory(folder).records().map {
    var record = $0
    (record.trainSeconds, record.evaluateSeconds) = (0, 0)
    return record
  }
}

@Suite("Sweeps of several workers", .serialized)
struct SharedSweepTests {
  @Test("Four workers do each model and each classifier once, and write what one writes")
  func together() async throws {
    try await withFolder { folder in
      var alone = try sweep(folder + "/alone")
      (alone.digitClassifier, alone.symbolClassifier) = (.trained, .trained)
      try await alone.run(resumes: false)
      let logs = (0..<4).map { _ in Log() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (worker, log) in logs.enumerated() {
          var shared = alone
          shared.directory = SweepDirectory(folder + "/shared")
          shared.jobs = 1 + worker % 2
          let mine = shared
          group.addTask {
            try await mine.run(resumes: true) { log.note($0) }
          }
        }
        try await group.waitForAll()
      }
      #expect(logs.flatMap(\.done).sorted() == points.map(\.name).sorted())
      #expect(logs.flatMap(\.trainedClassifiers).sorted() == ["digit-classifier", "symbol-classifier"])
      let (expected, found) = (try files(folder + "/alone"), try files(folder + "/shared"))
      #expect(Set(found.keys) == Set(expected.keys))
      for (name, bytes) in expected
      where name.hasSuffix(".safetensors") || name.hasSuffix(".panel.json") || name == "settings.json" {
        #expect(found[name] == bytes, "\(name)")
      }
      #expect(try timeless(folder + "/shared") == timeless(folder + "/alone"))
    }
  }

  @Test("A silent worker's model is taken over, and a released one at once")
  func takeover() async throws {
    try await withFolder { folder in
      let shared = try sweep(folder)
      try writeClaim(folder, points[1].name)
      try writeClaim(folder, points[2].name, generation: 3, state: "released")
      try Data().write(to: URL(fileURLWithPath: "\(folder)/\(points[3].name).1.claim"))
      let log = Log()
      try await shared.run(resumes: true) { log.note($0) }
      #expect(log.done.sorted() == points.map(\.name).sorted())
      // Who was silent came last: others were begun meanwhile.
      #expect(Set(log.done.suffix(2)) == [points[1].name, points[3].name])
      #expect(try files(folder).keys.allSatisfy { !$0.hasSuffix(".claim") })
    }
  }

  @Test("A worker that gives signs of life keeps its model; whoever does not wait leaves it")
  func alive() async throws {
    try await withFolder { folder in
      var shared = try sweep(folder)
      shared.waitsForOthers = false
      try writeClaim(folder, points[1].name)
      let log = Log()
      try await shared.run(resumes: true) { log.note($0) }
      #expect(log.left == [points[1].name] && log.done.count == points.count - 1)

      // One that waits does so for longer than the silence, while the beat counts up.
      shared.waitsForOthers = true
      let waiting = shared
      let second = Log()
      let worker = Task { try await waiting.run(resumes: true) { second.note($0) } }
      for beat in 1...10 {
        try writeClaim(folder, points[1].name, beat: beat)
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(second.done.isEmpty)
      let status = try await SweepDirectory(folder).status()
      #expect(status.models == 8 && status.finished == 7 && status.waiting == 0)
      #expect(status.running.map(\.name) == [points[1].name])
      #expect(status.running.first?.worker == "far:1" && status.running.first?.part == 0.25)
      let (_, missing, _) = try SweepDirectory(folder).collect()
      #expect(missing == [points[1].name])
      // The other finishes: its record appears, from a directory where the same model was trained.
      let other = try sweep(folder + "-other", [points[1]])
      defer { try? FileManager.default.removeItem(atPath: folder + "-other") }
      try await other.run(resumes: false)
      for ending in [".safetensors", ".panel.json", ".json"] {
        let name = points[1].name + ending
        try writeClaim(folder, points[1].name, beat: 100 + ending.count)
        try? FileManager.default.copyItem(atPath: folder + "-other/" + name, toPath: folder + "/" + name)
      }
      try await worker.value
      #expect(try SweepDirectory(folder).records().count == 8)
    }
  }

  @Test("A worker that was taken for dead stops, and does not publish what another is at")
  func lost() async throws {
    try await withFolder { folder in
      let point = SweepPoint(layers: 1, maps: 4, bottleneck: 2, kernel: 3, epochs: 200)
      let shared = try sweep(folder, [point])
      let log = Log()
      try await shared.run(resumes: true) { event in
        log.note(event)
        guard case .training = event, log.isFirstStep else { return }
        // Another one takes over, and dies: this one notices the first, waits out the second, and does the model.
        try? writeClaim(folder, point.name, generation: 2)
      }
      #expect(log.done == [point.name])
      let alone = try sweep(folder + "/alone", [point])
      try await alone.run(resumes: false)
      #expect(try timeless(folder) == timeless(folder + "/alone"))
    }
  }

  @Test("A model that failed elsewhere is reported, and not tried again")
  func failed() async throws {
    try await withFolder { folder in
      let shared = try sweep(folder)
      try writeClaim(folder, points[0].name, state: "failed", failure: "its loss was NaN")
      let log = Log()
      let error = await #expect(throws: SweepError.self) {
        try await shared.run(resumes: true) { log.note($0) }
      }
      #expect(error?.description.contains("its loss was NaN") == true, "\(String(describing: error))")
      #expect(log.done.count == points.count - 1)
      let status = try await SweepDirectory(folder).status()
      #expect(status.failed.map(\.name) == [points[0].name] && status.running.isEmpty)
      #expect(try SweepDirectory(folder).collect().failed.map(\.reason) == ["its loss was NaN"])
    }
  }

  @Test("A worker with other settings is refused, also when both start in an empty directory")
  func otherSettings() async throws {
    try await withFolder { folder in
      let first = try sweep(folder)
      var second = first
      second.measurement.theta = 30
      let other = second
      let results = await withTaskGroup(of: (any Error)?.self) { group in
        for worker in [first, other] {
          group.addTask {
            do { try await worker.run(resumes: true) } catch { return error }
            return nil
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.count { $0 == nil } == 1)
      #expect("\(results.compactMap { $0 }[0])".contains("theta"))
      #expect(Set(try SweepDirectory(folder).records().map(\.theta)).count == 1)
    }
  }

  @Test("Cancelled work is left to whoever comes, at once")
  func cancelled() async throws {
    try await withFolder { folder in
      let point = SweepPoint(layers: 1, maps: 4, bottleneck: 2, kernel: 3, epochs: 100_000)
      var shared = try sweep(folder, [point])
      shared.silenceSeconds = 3600
      let begun = shared
      let worker = Task { try await begun.run(resumes: true) }
      while !FileManager.default.fileExists(atPath: "\(folder)/\(point.name).1.claim") { await Task.yield() }
      worker.cancel()
      await #expect(throws: CancellationError.self) { try await worker.value }
      let claim = try String(contentsOfFile: "\(folder)/\(point.name).1.claim", encoding: .utf8)
      #expect(claim.contains("released"))
      let log = Log()
      let next = Task { try await begun.run(resumes: true) { log.note($0) } }
      while !FileManager.default.fileExists(atPath: "\(folder)/\(point.name).2.claim") { await Task.yield() }
      next.cancel()
      await #expect(throws: CancellationError.self) { try await next.value }
    }
  }
}
