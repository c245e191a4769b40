import Foundation
import GenModels
import OODDatasets
import OODExperiments
import Testing

/// `ood sweep` in a process that can be killed.
private struct SweepProcess {
  private let process = Process()

  init(_ arguments: [String]) throws {
    process.executableURL = ToolRun.tool
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Kills the process with SIGKILL as soon as `isDue`. Returns whether it was still at work.
  func kill(when isDue: () -> Bool) -> Bool {
    while process.isRunning, !isDue() { usleep(500) }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }
}

@Suite("ood sweep", .serialized)
struct SweepCommandTests {
  private let data = [
    "--data", "synthetic-digits:train[0..<256]", "--test", "synthetic-digits:test[0..<60]", "--control",
    "synthetic-symbols:test[0..<80]", "--generate", "12", "--classifier-epochs", "1",
  ]

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  /// Six models, one of them untrained.
  private func writeGrid(_ folder: String) throws -> String {
    let models = [(1, 2, 3), (1, 4, 3), (2, 2, 3), (2, 4, 3), (2, 8, 2), (2, 8, 0)].map {
      #"{"layers": \#($0.0), "maps": 8, "bottleneck": \#($0.1), "epochs": \#($0.2)}"#
    }
    let path = folder + "/grid.json"
    let text = #"{"recipe": "fast", "models": [\#(models.joined(separator: ", "))]}"#
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// A file's records with their times set to 0, as text.
  private func timeless(_ path: String) throws -> [String] {
    let text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    return text.split(separator: "\n").map { line in
      ["train_seconds", "evaluate_seconds"].reduce(String(line)) { line, key in
        line.replacing(try! Regex("\"\(key)\":[-+.eE0-9]+"), with: "\"\(key)\":0")
      }
    }
  }

  @Test("kill -9 at ten moments, then --resume: the files of a sweep that was left alone, but for times")
  func killAndResume() throws {
    try withFolder { folder in
      let grid = try writeGrid(folder)
      func arguments(_ name: String, _ more: String...) -> [String] {
        ["sweep", grid, "--out", folder + "/" + name] + data + more
      }
      let whole = try ToolRun(arguments: arguments("whole", "--jobs", "1", "--threads", "1"))
      #expect(whole.status == 0, "\(whole.errors)")

      let killed = folder + "/killed"
      func names() -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: killed)) ?? [])
      }
      func date(_ name: String) -> Date? {
        try? FileManager.default.attributesOfItem(atPath: killed + "/" + name)[.modificationDate] as? Date
      }
      // Each kill follows something that the run itself wrote, by a delay that lets it come anywhere.
      var random = RandomGenerator(seed: 7)
      var interrupted = 0
      for round in 0..<10 {
        let before = names().filter { !$0.hasSuffix(".partial") }
        let dates = Dictionary(uniqueKeysWithValues: before.map { ($0, date($0)) })
        let delay = Double(random.uniform([1]).elements[0]) * 0.05
        let arguments = arguments("killed", "--jobs", "\(1 + round % 2)") + (round > 0 ? ["--resume"] : [])
        let process = try SweepProcess(arguments)
        var seen: Date?
        let wasRunning = process.kill {
          if let seen { return Date().timeIntervalSince(seen) > delay }
          let now = names().filter { !$0.hasSuffix(".partial") && $0 != "models.jsonl" }
          if now.contains(where: { dates[$0] == nil || dates[$0]! != date($0) }) { seen = Date() }
          return false
        }
        if wasRunning { interrupted += 1 }
      }
      #expect(interrupted >= 4)
      let last = try ToolRun(arguments: arguments("killed", "--resume", "--threads", "2"))
      #expect(last.status == 0, "\(last.errors)")

      #expect(try timeless(killed + "/models.jsonl") == timeless(folder + "/whole/models.jsonl"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/whole")
      #expect(files.count == 6 * 3 + 5)
      #expect(names() == Set(files))
      for file in files
      where file.hasSuffix(".safetensors") || file.hasSuffix(".panel.json") || file == "settings.json" {
        #expect(
          FileManager.default.contents(atPath: killed + "/" + file)
            == FileManager.default.contents(atPath: folder + "/whole/" + file), "\(file)")
      }
    }
  }

  @Test("Without --resume a directory with results is refused; with it nothing is done twice")
  func refusal() throws {
    try withFolder { folder in
      let grid = try writeGrid(folder)
      // Without classifiers there is none to train.
      let data = data.dropLast(2)
      let out = ["--out", folder + "/sweep", "--no-classifiers"]
      let first = try ToolRun(arguments: ["sweep", grid, "--shard", "1/3"] + out + data)
      #expect(first.status == 0, "\(first.errors)")
      let refused = try ToolRun(arguments: ["sweep", grid] + out + data)
      #expect(refused.status == 1 && refused.errors.contains("--resume"), "\(refused.errors)")
      let line = try timeless(folder + "/sweep/models.jsonl")
      #expect(line.count == 2)

      let record = try #require(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/sweep").first { $0.hasPrefix("L1") })
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/sweep/" + record)
      let again = try ToolRun(arguments: ["sweep", grid, "--resume", "--format", "json"] + out + data)
      #expect(again.status == 0 && again.errors.contains("2 of 6 models"), "\(again.errors)")
      let now = try FileManager.default.attributesOfItem(atPath: folder + "/sweep/" + record)
      #expect(attributes[.modificationDate] as? Date == now[.modificationDate] as? Date)
      let report = try again.json()
      #expect(report["models"] as? Int == 6)
      #expect((report["controls"] as? [[String: Any]])?.count == 1)

      let other = try ToolRun(
        arguments: ["sweep", grid, "--resume", "--theta", "40"] + out + data)
      #expect(
        other.status == 1 && other.errors.contains("theta") && other.errors.contains("50"), "\(other.errors)")
    }
  }

  @Test("Shards are the whole grid, and merge by concatenation")
  func shards() throws {
    try withFolder { folder in
      let grid = try writeGrid(folder)
      let rest = data.dropLast(2) + ["--no-classifiers"]
      var lines: [String] = []
      for part in 1...2 {
        let out = "\(folder)/part\(part)"
        let run = try ToolRun(arguments: ["sweep", grid, "--shard", "\(part)/2", "--out", out] + rest)
        #expect(run.status == 0, "\(run.errors)")
        lines += try timeless(out + "/models.jsonl")
      }
      let whole = try ToolRun(arguments: ["sweep", grid, "--out", folder + "/whole"] + rest)
      #expect(whole.status == 0, "\(whole.errors)")
      #expect(try lines.sorted() == timeless(folder + "/whole/models.jsonl").sorted())
    }
  }

  @Test("Two shards that start at the same time in one directory both finish, and nothing is lost")
  func shardsInOneDirectory() throws {
    try withFolder { folder in
      let grid = try writeGrid(folder)
      for round in 0..<4 {
        let out = "\(folder)/both\(round)"
        let processes = (1...2).map { part in
          let process = Process()
          process.executableURL = ToolRun.tool
          process.arguments =
            ["sweep", grid, "--shard", "\(part)/2", "--out", out, "--jobs", "1", "--threads", "1"] + data
          process.standardOutput = FileHandle.nullDevice
          process.standardError = FileHandle.nullDevice
          return process
        }
        for process in processes { try process.run() }
        for process in processes {
          process.waitUntilExit()
          #expect(process.terminationStatus == 0)
        }
        #expect(try timeless(out + "/models.jsonl").count == 6)
        let left = try FileManager.default.contentsOfDirectory(atPath: out)
        #expect(!left.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".checkpoint") }, "\(left)")
        // A shard that has run is refused as any other sweep is.
        if round == 0 {
          let again = try ToolRun(arguments: ["sweep", grid, "--shard", "1/2", "--out", out] + data)
          #expect(again.status == 1 && again.errors.contains("--resume"), "\(again.errors)")
        }
      }
    }
  }

  @Test("Workers that are killed at random lose nothing, and no model is done twice")
  func killedWorkers() throws {
    try withFolder { folder in
      let models = (1...24).map { #"{"layers": 1, "maps": 2, "bottleneck": \#($0), "epochs": \#($0 % 3)}"# }
      let grid = folder + "/grid.json"
      try Data(#"{"recipe": "fast", "models": [\#(models.joined(separator: ", "))]}"#.utf8).write(
        to: URL(fileURLWithPath: grid))
      let rest = data.dropLast(2) + ["--no-classifiers", "--jobs", "1", "--threads", "1", "--generate", "4"]
      let out = folder + "/shared"
      var logs: [String] = []
      func start() throws -> Process {
        let log = folder + "/log\(logs.count)"
        logs.append(log)
        try Data().write(to: URL(fileURLWithPath: log))
        let process = Process()
        process.executableURL = ToolRun.tool
        process.arguments = ["sweep", grid, "--out", out, "--resume"] + rest
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try process.run()
        return process
      }
      func records() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: out)) ?? []
        return names.count { $0.hasPrefix("L") && $0.hasSuffix(".json") && !$0.hasSuffix(".panel.json") }
      }
      var workers = try (0..<3).map { _ in try start() }
      var random = RandomGenerator(seed: 3)
      // A kill after every few models, each time of another worker, which a new one follows.
      for threshold in [2, 6, 10, 14] {
        while records() < threshold, workers.contains(where: \.isRunning) { usleep(2000) }
        let victim = Int(random.uniform([1]).elements[0] * 3) % 3
        usleep(useconds_t(random.uniform([1]).elements[0] * 30_000))
        kill(workers[victim].processIdentifier, SIGKILL)
        workers[victim].waitUntilExit()
        workers[victim] = try start()
      }
      for worker in workers {
        worker.waitUntilExit()
        #expect(worker.terminationStatus == 0)
      }
      let collected = try ToolRun(arguments: ["sweep", "collect", out, "--format", "json"])
      #expect(try collected.status == 0 && collected.json()["models"] as? Int == 24, "\(collected.errors)")
      let table = try ToolRun(arguments: ["sweep", "collect", out, "--format", "csv"])
      #expect(
        table.output.split(separator: "\n").count == 25 && table.output.hasPrefix("name,layers,"),
        "\(table.errors)")
      let told = try ToolRun(arguments: ["sweep", "collect", out, "--at-irr", "0.01", "--at-irr", "1"])
      #expect(
        told.output.contains("lower envelope, IRR and ORR: ")
          && told.output.contains("IRR 0.01 or more, over all theta: least ORR "), "\(told.output)")
      #expect(told.output.contains("IRR 1.0 or more, over all theta: "), "\(told.output)")
      for wrong in [["--at-irr", "0"], ["--at-irr", "1.5"], ["--at-irr", "0.5", "--format", "csv"]] {
        #expect(try ToolRun(arguments: ["sweep", "collect", out] + wrong).status == 64)
      }
      let lines = try logs.flatMap {
        try String(contentsOfFile: $0, encoding: .utf8).split(separator: "\n").filter {
          $0.contains("trained in")
        }
      }
      // Of a killed worker the line may be missing; two of one model would be work done twice.
      let names = lines.compactMap { $0.split(separator: " ").first { $0.hasPrefix("L") } }
      #expect(Set(names).count == names.count && names.count >= 20, "\(names)")
      let left = try FileManager.default.contentsOfDirectory(atPath: out)
      #expect(!left.contains { $0.hasSuffix(".claim") || $0.hasSuffix(".checkpoint") }, "\(left)")
      let alone = try ToolRun(arguments: ["sweep", grid, "--out", folder + "/alone"] + rest)
      #expect(alone.status == 0, "\(alone.errors)")
      #expect(try timeless(out + "/models.jsonl") == timeless(folder + "/alone/models.jsonl"))
      let status = try ToolRun("sweep", "status", out)
      #expect(status.status == 0 && status.output.contains("24 of 24"), "\(status.output)\(status.errors)")
    }
  }

  @Test("--shard auto asks the environment, and says what it found or what is missing")
  func automaticShard() throws {
    let found = try ToolRun(
      "sweep", "quick", "--print-grid", "--shard", "auto",
      environment: ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "5", "SLURM_ARRAY_TASK_MIN": "0"])
    let stated = try ToolRun("sweep", "quick", "--print-grid", "--shard", "2/5")
    #expect(found.status == 0 && found.output == stated.output, "\(found.errors)")
    let none = try ToolRun("sweep", "quick", "--print-grid", "--shard", "auto")
    #expect(none.status == 1 && none.errors.contains("SLURM_ARRAY_TASK_ID"), "\(none.errors)")
  }

  @Test("A shard without models has nothing to do, and says so")
  func emptyShard() throws {
    try withFolder { folder in
      let grid = try writeGrid(folder)
      let run = try ToolRun(
        arguments: ["sweep", grid, "--shard", "7/8", "--out", folder + "/none", "--format", "json"] + data)
      #expect(run.status == 0 && run.errors.contains("no models"), "\(run.errors)")
      #expect(try run.json()["models"] as? Int == 0)
    }
  }

  @Test(
    "Impossible grids are refused before anything is done",
    arguments: [
      #"{"layers": 0, "bottleneck": 2}"#, #"{"layers": -1, "bottleneck": 2}"#,
      #"{"layers": 1, "bottleneck": 0}"#,
      #"{"layers": 1, "bottleneck": 2, "epochs": 9223372036854775807}"#,
      #"{"layers": 1, "bottleneck": 2, "epochs": -5}"#,
      #"{"layers": 1, "bottleneck": 2, "maps": 4611686018427387904}"#,
      #"{"layers": 9, "bottleneck": 2, "kernel": 7}"#,
      #"{"layers": 1, "bottleneck": 2, "kernel": -3}"#, #"{"layers": 1, "bottleneck": 2, "corruption": 2}"#,
      #"{"layers": 1, "bottleneck": 2, "channel_sparsity": 1}"#,
    ])
  func impossibleGrids(model: String) throws {
    try withFolder { folder in
      let path = folder + "/grid.json"
      try Data(#"{"recipe": "fast", "models": [\#(model)]}"#.utf8).write(to: URL(fileURLWithPath: path))
      let run = try ToolRun(
        arguments: ["sweep", path, "--no-classifiers", "--out", folder + "/x"] + data.dropLast(2))
      #expect(run.status == 1 && run.errors.hasPrefix("Error: "), "\(run.status) \(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/x"))
    }
  }

  @Test("Other images of the same count, sum and name are noticed on resuming")
  func otherImages() throws {
    try withFolder { folder in
      let grid = folder + "/grid.json"
      try Data(
        #"{"recipe": "fast", "models": [{"layers": 1, "maps": 2, "bottleneck": 2, "epochs": 0}]}"#.utf8
      )
      .write(to: URL(fileURLWithPath: grid))
      let images = folder + "/images"
      var pixels = (0..<8 * 100).map { UInt8($0 * 3 % 251) }
      func run() throws -> ToolRun {
        try IDX.write(NumericArray(pixels, shape: [8, 10, 10]), to: images)
        return try ToolRun(
          "sweep", grid, "--data", "idx:" + images, "--test", "idx:" + images, "--control",
          "idx:" + images + "[0..<4]",
          "--no-classifiers", "--generate", "2", "--out", folder + "/sweep", "--resume")
      }
      #expect(try run().status == 0)
      #expect(try run().status == 0)
      pixels.swapAt(0, 1)
      let other = try run()
      #expect(other.status == 1 && other.errors.contains("digest"), "\(other.errors)")
    }
  }

  @Test("A grid that is printed is a grid file")
  func printedGrid() throws {
    try withFolder { folder in
      let printed = try ToolRun(
        "sweep", "paper", "--print-grid", "--seed", "5", "--epochs", "3", "--maps", "32", "--recipe", "fast")
      #expect(printed.status == 0, "\(printed.errors)")
      let grid = try SweepGrid(json: Array(printed.output.utf8), name: "printed")
      #expect(grid == (try SweepGrid.paper(seed: 5).with(maps: 32).with(recipe: .fast).training(epochs: 3)))
      let path = folder + "/paper.json"
      try Data(printed.output.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try ToolRun("sweep", path, "--print-grid").output == printed.output)
    }
  }

  @Test(
    "Wrong options are errors of usage",
    arguments: [
      ["--shard", "0/2"], ["--shard", "3/2"], ["--shard", "1"], ["--shard", "auto/0"], ["--shard", "auto/x"],
      ["--takeover", "0"], ["--takeover", "nan"], ["--epochs", "0"], ["--jobs", "0"],
      ["--threads", "0"], ["--theta", "nan"], ["--maps", "0"], ["--recipe", "slow"], ["--generate", "1"],
      ["--classifier-epochs", "0"],
      ["--no-classifiers", "--digit-classifier", "x"], ["--control", "synthetic-symbols:test[0..<80]"],
    ])
  func usage(options: [String]) throws {
    let run = try ToolRun(arguments: ["sweep", "quick", "--out", "/nowhere/x"] + data + options)
    #expect(run.status == 64, "\(run.errors)")
  }

  @Test("What is missing or does not fit is a failure with a sentence")
  func failures() throws {
    try withFolder { folder in
      let out = ["--out", folder + "/sweep"]
      #expect(try ToolRun(arguments: ["sweep", "quick"] + data).status == 64)
      let missing = try ToolRun(arguments: ["sweep", folder + "/none.json"] + out + data)
      #expect(missing.status == 1 && missing.errors.contains("none.json"), "\(missing.errors)")
      let network = folder + "/three.safetensors"
      try Sequential([.flatten, .dense(units: 3)], exampleShape: [28, 28, 1], seed: 0).save(to: network)
      let wrong = try ToolRun(arguments: ["sweep", "quick", "--symbol-classifier", network] + out + data)
      #expect(wrong.status == 1 && wrong.errors.contains("3 classes"), "\(wrong.errors)")
    }
  }
}
