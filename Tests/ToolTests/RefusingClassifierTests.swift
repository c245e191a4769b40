import Foundation
import GenModels
import OODMetrics
import Testing

@Suite("ood train cool and dae-classifier, ood experiment overgeneralization")
struct RefusingClassifierTests {
  private let data = ["--data", "synthetic-digits:train[0..<200]", "--epochs", "1"]
  private let small = [
    "--maps", "4", "--hidden", "16", "--test", "synthetic-digits:test[0..<50]", "--format", "json",
  ]

  @Test("A refusing classifier is trained, calibrated on held-out images, saved with its score, and scores")
  func training() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/dae.safetensors"
    let run = try ToolRun(arguments: ["train", "dae-classifier", "--out", path] + data + small)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try run.json()["test_error"] as? Double != nil)
    #expect(try DenoisingClassifier(contentsOf: path).classCount == 10)
    let images = ["--data", "synthetic-symbols:test[0..<5]"]
    let saved = folder + "/scaled.safetensors"
    for arguments in [
      ["--scorer", "confidence", "--fit", "synthetic-digits:train[200..<260]"],
      [
        "--scorer", "scaled", "--fit", "synthetic-digits:train[200..<260]", "--set", "keeping=0.9", "--save",
        saved,
      ],
      ["--scorer", "confidence", "--set", "alpha=3", "--set", "norm=l2"], [],
    ] {
      let scores = try ToolRun(arguments: ["score", path] + images + arguments)
      #expect(scores.status == 0, "\(scores.errors)")
      #expect(scores.output.split(separator: "\n").count == 6, "\(scores.output)")
    }
    #expect(try ModelCatalogue.standard.load(saved) is ScaledClassifier<DenoisingClassifier>)
    for (arguments, status) in [
      (["--scorer", "confidence"], 64),
      (["--scorer", "scaled", "--fit", "synthetic-digits:train[0..<9]", "--set", "alpha=1"], 64),
      (["--scorer", "scaled", "--set", "alpha=-1"], 1),
      (["--scorer", "confidence", "--fit", "synthetic-digits:train[0..<9]", "--set", "keeping=2"], 1),
    ] as [([String], Int32)] {
      let refused = try ToolRun(arguments: ["score", path] + images + arguments)
      #expect(refused.status == status && !refused.errors.isEmpty, "\(arguments): \(refused.errors)")
    }
    let cool = folder + "/cool.safetensors"
    let other = try ToolRun(
      arguments: ["train", "cool", "--out", cool, "--overcompleteness", "3"] + data + small)
    #expect(other.status == 0, "\(other.errors)")
    #expect(try CompetitiveOvercompleteClassifier(contentsOf: cool).overcompleteness == 3)
    let refused = try ToolRun(
      arguments: ["score", cool, "--scorer", "confidence", "--set", "alpha=1"] + images)
    #expect(refused.status == 1 && refused.errors.contains("dae-classifier"), "\(refused.errors)")
  }

  @Test(
    "Wrong options are errors of usage",
    arguments: [
      ["train", "cool", "--overcompleteness", "0"], ["train", "dae-classifier", "--noise", "-1"],
      ["train", "dae-classifier", "--decoder", "nonsense"],
      ["train", "dae-classifier", "--reconstruction-weight", "nan"],
      ["train", "cool", "--kernel", "0"],
    ])
  func usage(arguments: [String]) throws {
    let run = try ToolRun(
      arguments: arguments + ["--data", "synthetic-digits:train[0..<8]", "--out", "/nowhere/x"])
    #expect(run.status == 64, "\(run.errors)")
  }

  @Test("Wrong experiments are errors of usage, before anything is trained")
  func experiments() throws {
    for arguments in [
      ["--trials", "0"], ["--train", "synthetic-digits:train"], ["--noise", "nan"],
      ["--calibration-accuracy", "1"],
      ["--cluttered", "synthetic-digits:train"], ["--norm", "l3"],
    ] {
      let run = try ToolRun(
        arguments: ["experiment", "overgeneralization", "--quick", "--out", "/nowhere/x"] + arguments)
      #expect(run.status == 64, "\(arguments): \(run.errors)")
    }
    let unlabelled = try ToolRun(
      arguments: [
        "experiment", "overgeneralization", "--quick", "--out", ToolRun.temporaryFolder(), "--count", "9000",
        "--train", "synthetic-digits:train[0..<100]", "--test", "synthetic-digits:test[0..<100]",
      ])
    #expect(unlabelled.status == 1 && unlabelled.errors.contains("9500"), "\(unlabelled.errors)")
  }
}
