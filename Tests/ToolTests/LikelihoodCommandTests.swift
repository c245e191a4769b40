import Foundation
import Testing

@Suite("ood experiment likelihood, and ood score on densities")
struct LikelihoodCommandTests {
  private let tiny = [
    "--train", "synthetic-symbols:train", "--test", "synthetic-symbols:test", "--against",
    "synthetic-digits:test", "--count", "128", "--validation-count", "20", "--test-count", "12", "--epochs",
    "1",
    "--steps", "1", "--hidden-channels", "4", "--ensemble", "2", "--companions", "3",
  ]

  @Test("An experiment prints one JSON object and writes page and models, with which ood score scores")
  func experiment() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let run = try ToolRun(
      arguments: ["experiment", "likelihood", "--out", folder, "--format", "json"] + tiny)
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect((report["scores"] as? [Any])?.count == 15)
    let page = try String(contentsOfFile: folder + "/likelihood.html", encoding: .utf8)
    #expect(page.hasPrefix("<!doctype html>"))
    let again = try ToolRun(
      arguments: ["experiment", "likelihood", "--out", folder, "--format", "json"] + tiny)
    #expect(again.output == run.output && !again.errors.contains("step 1"), "everything is kept")

    let data = ["--data", "synthetic-digits:test[0..<5]"]
    let model = folder + "/model.safetensors"
    let scorers = [
      [], ["--scorer", "log-density"], ["--scorer", "complexity", "--compressor", "png"],
      ["--scorer", "typicality", "--reference", "synthetic-symbols:train[0..<20]"],
      ["--scorer", "ratio", "--background", folder + "/background.safetensors"],
      ["--scorer", "waic", "--member", folder + "/member-1.safetensors"], ["--scorer", "gradient-norm"],
    ]
    for scorer in scorers {
      let scores = try ToolRun(arguments: ["score", model] + data + scorer)
      #expect(scores.status == 0, "\(scorer): \(scores.errors)")
      #expect(scores.output.split(separator: "\n").count == 6, "\(scorer): \(scores.output)")
    }
    let reference = ["--scorer", "batch-norm", "--reference", "synthetic-symbols:train[0..<4]"]
    let shift = try ToolRun(arguments: ["score", folder + "/batch-norm.safetensors"] + data + reference)
    #expect(shift.status == 0, "\(shift.errors)")
    let plain = try ToolRun(arguments: ["score", model] + data + reference)
    #expect(plain.status == 1 && plain.errors.contains("no batch normalization"))
  }

  @Test("Densities of tables that were saved as detectors have the scores that need no network")
  func tables() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (first, second) = (folder + "/gmm.safetensors", folder + "/kde.safetensors")
    for (method, file) in [("gmm", first), ("kde", second)] {
      let run = try ToolRun(
        "detect", method, "--train", "two-moons:200", "--score", "two-moons:10", "--save", file)
      #expect(run.status == 0, "\(run.errors)")
    }
    let data = ["--data", "two-moons:7"]
    let plain = try ToolRun(arguments: ["score", first] + data)
    let named = try ToolRun(arguments: ["score", first, "--scorer", "log-density"] + data)
    #expect(plain.status == 0 && plain.output == named.output)
    for scorer in [
      ["typicality", "--reference", "two-moons:200"], ["ratio", "--background", second],
      ["waic", "--member", second],
    ] {
      let run = try ToolRun(arguments: ["score", first, "--scorer"] + scorer + data)
      #expect(run.status == 0, "\(scorer): \(run.errors)")
      #expect(run.output.split(separator: "\n").count == 8)
    }
    let refused = try ToolRun(arguments: ["score", first, "--scorer", "gradient-norm"] + data)
    #expect(refused.status == 1 && refused.errors.contains("no score gradient-norm"))
  }

  @Test("Options that don't belong together are errors of usage")
  func usage() throws {
    for arguments in [
      ["score", "x", "--data", "y", "--scorer", "typicality"],
      ["score", "x", "--data", "y", "--scorer", "log-density", "--background", "z"],
      ["score", "x", "--data", "y", "--scorer", "nonsense"],
      ["experiment", "likelihood", "--train", "synthetic-digits:train"],
      ["experiment", "likelihood", "--ensemble", "1"],
    ] {
      #expect(try ToolRun(arguments: arguments).status == 64, "\(arguments)")
    }
    let missing = try ToolRun("score", "/nowhere.safetensors", "--data", "two-moons:5")
    #expect(missing.status == 1 && missing.errors.contains("/nowhere.safetensors"))
  }
}
