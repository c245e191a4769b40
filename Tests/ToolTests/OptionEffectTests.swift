import Foundation
import GenModels
import OODDatasets
import Testing

/// An option changes a number, or is refused.
@Suite struct OptionEffectTests {
  let folder = ToolRun.temporaryFolder()

  @Test(
    "--leave-one-out changes the scores of a method, or the method has none",
    arguments: ["kde", "ecod", "pca", "knn", "lof"])
  func leaveOneOut(method: String) throws {
    let tables = ["--train", "blobs:60", "--score", "blobs:60", "--format", "csv"]
    let with = try ToolRun(arguments: ["detect", method, "--leave-one-out"] + tables)
    let without = try ToolRun(arguments: ["detect", method] + tables)
    #expect(without.status == 0, "\(without.errors)")
    #expect(
      with.status == 64 && with.output.isEmpty || with.status == 0 && with.output != without.output,
      "\(with.errors)")
    if ["knn", "lof"].contains(method) { #expect(with.status == 0) }
  }

  @Test("Numbers beyond all sense are refused, and trap nowhere", arguments: [Int.max, 1 << 62, 1 << 31])
  func hugeNumbers(value: Int) throws {
    let flow = folder + "/flow"
    try Flow(.realNVP(features: 2, couplings: 2, hidden: [4]), seed: 1).save(to: flow)
    let table = ["--train", "two-moons:40", "--score", "two-moons:40"]
    let out = ["--epochs", "1", "--out", folder + "/m"]
    let points = ["--data", "two-moons:64"] + out
    let images = ["--data", "synthetic-digits:train[0..<8]"] + out
    let commands: [[String]] = [
      ["detect", "lof"] + table + ["--neighbours"], ["detect", "indegree"] + table + ["--neighbours"],
      ["detect", "isolation-forest"] + table + ["--trees"],
      ["generate", flow, "--csv", folder + "/g", "--count"],
      ["train", "realnvp"] + points + ["--batch"], ["train", "realnvp"] + points + ["--couplings"],
      ["train", "realnvp"] + points + ["--hidden"], ["train", "glow"] + images + ["--steps"],
      ["train", "glow"] + images + ["--levels"], ["train", "spline-flow"] + points + ["--bins"],
      ["train", "maf"] + points + ["--layers"], ["train", "conv-autoencoder"] + images + ["--layers"],
      ["train", "conv-autoencoder"] + images + ["--maps"],
      ["train", "conv-autoencoder"] + images + ["--bottleneck"],
      ["train", "conv-autoencoder"] + images + ["--kernel"], ["train", "classifier"] + images + ["--maps"],
      ["train", "classifier"] + images + ["--hidden"],
      [
        "sweep", "quick", "--data", "synthetic-digits:train[0..<8]", "--test", "synthetic-digits:test[0..<8]",
        "--control",
        "synthetic-symbols:test[0..<8]", "--no-classifiers", "--out", folder + "/s", "--generate",
      ],
      [
        "experiment", "likelihood", "--train", "synthetic-digits:train", "--test", "synthetic-digits:test",
        "--against",
        "synthetic-symbols:test", "--out", folder + "/e", "--count",
      ],
    ]
    for command in commands {
      let run = try ToolRun(arguments: command + ["\(value)"])
      #expect([1, 64].contains(run.status), "\(command): \(run.status)")
    }
  }

  @Test("Options without effect are errors of usage")
  func refused() throws {
    let flow = folder + "/flow"
    try Flow(.realNVP(features: 2, couplings: 2, hidden: [4]), seed: 1).save(to: flow)
    let oracle = folder + "/oracle"
    try DenseAutoencoder(.init(features: 9, hidden: [2], outputActivation: .sigmoid), seed: 1).save(
      to: oracle)
    let detector = folder + "/detector"
    let table = ["--train", "blobs:40", "--score", "blobs:40"]
    #expect(
      try ToolRun(arguments: ["detect", "gmm", "--components", "2", "--save", detector] + table).status == 0)
    let images = [
      "--data", "synthetic-digits:train[0..<16]", "--test", "synthetic-digits:test[0..<8]", "--control",
      "synthetic-symbols:test[0..<8]",
    ]
    let grid = folder + "/grid.json"
    try Data(#"{"recipe": "fast", "models": [{"layers": 1, "maps": 2, "bottleneck": 2, "epochs": 0}]}"#.utf8)
      .write(to: URL(fileURLWithPath: grid))
    let usage: [[String]] = [
      ["detect", "knn", "--format", "csv", "--labels", "blobs:40"] + table,
      ["detect", "ecod", "--trees", "3"] + table,
      ["score", detector, "--data", "blobs:9", "--labels", "blobs:9"],
      ["score", detector, "--data", "blobs:9", "--threshold", "nan"],
      ["train", "realnvp", "--data", "two-moons:9", "--out", folder + "/m", "--levels", "2"],
      ["train", "glow", "--data", "two-moons:9", "--out", folder + "/m", "--grey-levels", "4"],
      ["train", "maf", "--data", "two-moons:9", "--out", folder + "/m", "--grey-levels", "4"],
      ["train", "spline-flow", "--data", "two-moons:9", "--out", folder + "/m", "--grey-levels", "4"],
      ["train", "realnvp", "--data", "two-moons:9", "--out", "/dev/full", "--resume"],
      ["generate", flow, "--csv", folder + "/g", "--columns", "3"],
      ["generate", flow, "--csv", folder + "/g", "--scale", "3"],
      ["generate", oracle, "--npy", folder + "/g", "--trajectory"],
      ["generate", oracle, "--png", folder + "/g", "--trajectory", "--columns", "3"],
      ["data", "info", "blobs:9", "--all-classes", "--format", "json"],
      ["data", "info", "blobs:9", "--most-bytes", "0"],
      ["detect", "metrics", "--scores", "blobs:9", "--labels", "blobs:9", "--level", "1.5"],
      ["sweep", "quick", "--print-grid", "--resume"], ["sweep", "quick", "--print-grid", "--out", folder],
      ["sweep", "quick", "--print-grid", "--theta", "3"], ["sweep", grid, "--print-grid", "--seed", "3"],
      ["sweep", grid, "--seed", "3", "--no-classifiers", "--out", folder + "/s"] + images,
      ["sweep", "quick", "--no-classifiers", "--classifier-epochs", "2", "--out", folder + "/s"] + images,
      ["experiment", "likelihood", "--model", "gaussian-mixture", "--epochs", "2", "--out", folder + "/e"],
      ["experiment", "likelihood", "--components", "2", "--out", folder + "/e"],
    ]
    for arguments in usage {
      let run = try ToolRun(arguments: arguments)
      #expect(run.status == 64, "\(arguments): \(run.status) \(run.errors)")
      #expect(run.output.isEmpty, "\(arguments)")
    }
    for arguments in [
      ["score", flow, "--data", "two-moons:9", "--noise-draws", "3"],
      ["score", detector, "--data", "blobs:9", "--scorer", "log-density", "--noise-draws", "3"],
      [
        "score", flow, "--data", "two-moons:9", "--scorer", "batch-norm", "--reference", "two-moons:4",
        "--companions", "9",
      ],
    ] {
      let run = try ToolRun(arguments: arguments)
      #expect(run.status == 1 && run.output.isEmpty, "\(arguments): \(run.status) \(run.errors)")
    }
  }
}
