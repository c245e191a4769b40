import Foundation
import GenModels
import OODDatasets
import Testing

/// What can't be written is a failure with status 1, for every verb and every place.
@Suite struct OutputStatusTests {
  let folder = ToolRun.temporaryFolder()
  let table: String
  let labels: String
  let detector: String
  let oracle: String
  let flow: String

  init() throws {
    table = folder + "/x.npy"
    labels = folder + "/y.npy"
    detector = folder + "/detector"
    oracle = folder + "/oracle"
    flow = folder + "/flow"
    let values = (0..<80).map { (i: Int) -> Double in
      let value = Double(i * 37 % 80) / 9
      return i < 76 ? value : value + 30
    }
    try NumPy.write(NumericArray(values, shape: [40, 2]), to: table)
    let truth = (0..<40).map { (i: Int) -> Double in i < 38 ? 0 : 1 }
    try NumPy.write(NumericArray(truth, shape: [40]), to: labels)
    #expect(try ToolRun(arguments: detect + ["--save", detector]).status == 0)
    try DenseAutoencoder(.init(features: 784, hidden: [2], outputActivation: .sigmoid), seed: 1).save(
      to: oracle)
    try Flow(.realNVP(features: 2, couplings: 2, hidden: [4]), seed: 1).save(to: flow)
  }

  private var detect: [String] { ["detect", "knn", "--train", "npy:" + table, "--score", "npy:" + table] }

  private let training = ["--data", "two-moons:64", "--epochs", "1"]

  /// A command of every verb that prints something, quickly.
  private var commands: [[String]] {
    let grid = [
      "--data", "synthetic-digits:train[0..<16]", "--test", "synthetic-digits:test[0..<8]", "--control",
      "synthetic-symbols:test[0..<8]", "--no-classifiers", "--generate", "2",
    ]
    let models = folder + "/grid.json"
    try? Data(#"{"recipe": "fast", "models": [{"layers": 1, "maps": 2, "bottleneck": 2, "epochs": 0}]}"#.utf8)
      .write(to: URL(fileURLWithPath: models))
    return [
      ["--help"], ["detect", "--help"], ["train", "glow", "--help"], ["data", "list"],
      ["data", "list", "--format", "json"],
      ["data", "info", "two-moons:20"], detect, detect + ["--format", "csv"], detect + ["--format", "json"],
      [
        "detect", "compare", "--train", "npy:" + table, "--score", "npy:" + table, "--labels",
        "npy:" + labels,
      ],
      ["detect", "metrics", "--scores", "npy:" + labels, "--labels", "npy:" + labels],
      ["score", detector, "--data", "npy:" + table], ["score", flow, "--data", "two-moons:20"],
      [
        "evaluate", oracle, "--in", "synthetic-digits:test[0..<8]", "--control",
        "synthetic-symbols:test[0..<8]",
      ],
      ["generate", flow, "--count", "3", "--csv", folder + "/g.csv"],
      ["train", "realnvp", "--couplings", "2", "--hidden", "4", "--out", folder + "/m"] + training,
      ["sweep", "quick", "--print-grid"],
      ["sweep", models, "--out", folder + "/sweep-\(UInt32.random(in: 0...1 << 30))"] + grid,
      ["experiment", "likelihood", "--help"],
    ]
  }

  @Test("Standard output on a full disk: status 1 and the reason, for every verb")
  func fullDisk() throws {
    for command in commands {
      let good = try ToolRun(arguments: command)
      #expect(good.status == 0 && !good.output.isEmpty, "\(command): \(good.errors)")
      let again = command.map { $0.hasPrefix(folder + "/sweep-") ? $0 + "b" : $0 }
      let full = try ToolRun(arguments: again, output: "/dev/full")
      #expect(full.status == 1, "\(command): \(full.status)")
      #expect(full.errors.contains("No space left on device"), "\(command): \(full.errors)")
    }
  }

  @Test("A closed standard output is an error, and no file gets its place")
  func closed() throws {
    let out = folder + "/closed.npy"
    let run = Process()
    run.executableURL = URL(fileURLWithPath: "/bin/sh")
    let words = ([ToolRun.tool.path] + detect + ["--out", out]).map { "'\($0)'" }.joined(separator: " ")
    run.arguments = ["-c", words + " >&- 2>/dev/null"]
    try run.run()
    run.waitUntilExit()
    #expect(run.terminationStatus == 1)
    #expect(try NumPy.read(out).shape == [40])
  }

  @Test("A reader who leaves early is no news")
  func brokenPipe() throws {
    let many = folder + "/many.npy"
    let values = (0..<60_000).map { (i: Int) -> Double in Double(i % 977) }
    try NumPy.write(NumericArray(values, shape: [30_000, 2]), to: many)
    let run = Process()
    run.executableURL = URL(fileURLWithPath: "/bin/sh")
    let words = [ToolRun.tool.path, "score", detector, "--data", "npy:" + many].map { "'\($0)'" }.joined(
      separator: " ")
    run.arguments = ["-c", words + " 2>\(folder)/err | head -2 > \(folder)/head"]
    try run.run()
    run.waitUntilExit()
    #expect(run.terminationStatus == 0)
    #expect(FileManager.default.contents(atPath: folder + "/err") == Data())
    #expect(try String(contentsOfFile: folder + "/head", encoding: .utf8).hasPrefix("row,score\n0,"))
  }

  /// Options that write, of every verb that has some.
  private func writing(_ place: String) -> [[String]] {
    [
      detect + ["--out", place], detect + ["--save", place],
      detect + ["--contamination", "0.1", "--save", place],
      ["score", detector, "--data", "npy:" + table, "--out", place],
      ["train", "realnvp", "--couplings", "2", "--hidden", "4", "--out", place] + training,
      ["train", "dense-autoencoder", "--hidden", "2", "--linear", "--out", place] + training,
      ["generate", flow, "--count", "3", "--npy", place], ["generate", flow, "--count", "3", "--csv", place],
      ["generate", oracle, "--count", "3", "--png", place],
      ["data", "render", "synthetic-digits:test[0..<4]", "--png", place],
    ]
  }

  @Test("A full device fails and stays a device; a missing folder is noticed before any work")
  func places() throws {
    for command in writing("/dev/full") {
      let run = try ToolRun(arguments: command)
      #expect(
        run.status == 1 && run.errors.contains("No space left"), "\(command): \(run.status) \(run.errors)")
    }
    #expect(
      try FileManager.default.attributesOfItem(atPath: "/dev/full")[.type] as? FileAttributeType
        == .typeCharacterSpecial)
    for command in writing(folder + "/missing/x") {
      // So much work that the test would notice it.
      let heavy = command.map { $0 == "two-moons:64" ? "two-moons:200000" : $0 }
      let start = ContinuousClock.now
      let run = try ToolRun(arguments: heavy)
      #expect(run.status == 1 && run.errors.contains("missing"), "\(command): \(run.errors)")
      #expect(ContinuousClock.now - start < .seconds(30), "\(command)")
    }
  }

  @Test("Results go through links, which stay")
  func links() throws {
    for (number, command) in writing(folder + "/link").enumerated() {
      let (link, target) = (folder + "/link", folder + "/target-\(number)")
      try? FileManager.default.removeItem(atPath: link)
      try Data("old".utf8).write(to: URL(fileURLWithPath: target))
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      let run = try ToolRun(arguments: command)
      #expect(run.status == 0, "\(command): \(run.errors)")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target, "\(command)")
      #expect(FileManager.default.contents(atPath: target) != Data("old".utf8), "\(command)")
    }
  }

  @Test("A pipe gets what a file gets, and - is standard output")
  func streams() throws {
    let (file, pipe, copy) = (folder + "/file.npy", folder + "/pipe", folder + "/copy.npy")
    #expect(try ToolRun(arguments: detect + ["--out", file]).status == 0)
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = Process()
    reader.executableURL = URL(fileURLWithPath: "/bin/sh")
    reader.arguments = ["-c", "cat '\(pipe)' > '\(copy)'"]
    try reader.run()
    #expect(try ToolRun(arguments: detect + ["--out", pipe]).status == 0)
    reader.waitUntilExit()
    #expect(FileManager.default.contents(atPath: copy) == FileManager.default.contents(atPath: file))

    let dash = folder + "/dash.npy"
    try Data().write(to: URL(fileURLWithPath: dash))
    let run = try ToolRun(arguments: detect + ["--out", "-", "--format", "json"], output: dash)
    #expect(run.status == 0 && run.errors.contains("\"method\":\"knn\""), "\(run.errors)")
    #expect(FileManager.default.contents(atPath: dash) == FileManager.default.contents(atPath: file))

    let twice = try ToolRun(arguments: detect + ["--out", file, "--save", file])
    #expect(twice.status == 64 && twice.errors.contains("--save"), "\(twice.errors)")
    let model = folder + "/model"
    try Data().write(to: URL(fileURLWithPath: model))
    let trained = try ToolRun(
      arguments: ["train", "realnvp", "--couplings", "2", "--hidden", "4", "--out", "-"] + training,
      output: model)
    #expect(trained.status == 0, "\(trained.errors)")
    _ = try Flow(contentsOf: model)
    #expect(!FileManager.default.fileExists(atPath: "-.checkpoint"))
  }
}
