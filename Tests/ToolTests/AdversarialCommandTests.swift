import Foundation
import Testing

@Suite("ood train gan, wgan, ebgan, f-anogan")
struct AdversarialCommandTests {
  @Test(
    "Trained, scored, evaluated, drawn; the report says how near the draws are",
    arguments: [
      ["gan", "--hidden", "8"], ["wgan", "--convolutional", "--channels", "2", "--critic-steps", "2"],
      ["ebgan", "--hidden", "8", "--code", "3", "--margin", "5"],
      ["f-anogan", "--hidden", "8", "--encoder-epochs", "1", "--kappa", "0.5"],
    ])
  func commands(_ arguments: [String]) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/model.safetensors"
    let data = ["--data", "synthetic-digits:train[0..<60]", "--latent", "3", "--epochs", "1"]
    let run = try ToolRun(arguments: ["train"] + arguments + data + ["--out", path, "--format", "json"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try run.json()
    #expect(report["n_held_out"] as? Int == 6)
    #expect((report["sliced_wasserstein"] as? Double ?? 0) > 0)
    let drawn = try ToolRun("generate", path, "--count", "2", "--png", path + ".png")
    #expect(drawn.status == 0, "\(drawn.errors)")
    let score = try ToolRun("score", path, "--data", "synthetic-digits:test[0..<3]")
    #expect(score.status == 0, "\(score.errors)")
    let evaluation = try ToolRun(
      "evaluate", path, "--in", "synthetic-digits:test[0..<10]", "--control", "synthetic-symbols:test[0..<10]"
    )
    #expect(evaluation.status == 0 && evaluation.output.contains("AUROC"), "\(evaluation.errors)")
    guard arguments[0] == "wgan" else { return }
    let second = folder + "/encoder.safetensors"
    let encoder = try ToolRun(
      "train", "f-anogan", "--gan", path, "--hidden", "8", "--encoder-epochs", "1", "--data",
      "synthetic-digits:train[0..<60]", "--out", second)
    #expect(encoder.status == 0, "\(encoder.errors)")
    let wrong = try ToolRun(
      "train", "f-anogan", "--gan", path, "--data", "two-moons:50", "--out", second)
    #expect(wrong.status != 0 && wrong.errors.contains("[28, 28, 1]"), "\(wrong.errors)")
  }

  @Test("Options that make no sense say so")
  func refusals() throws {
    for arguments in [
      ["gan", "--latent", "0"], ["wgan", "--penalty", "-1"], ["ebgan", "--margin", "nan"],
      ["gan", "--channels", "3"], ["f-anogan", "--kappa", "-1"], ["wgan", "--critic-steps", "0"],
      ["gan", "--convolutional"], ["f-anogan", "--gan", "x", "--epochs", "2"],
    ] {
      let run = try ToolRun(
        arguments: ["train"] + arguments + ["--data", "two-moons:20", "--out", "/nowhere/at/all"])
      #expect(run.status != 0 && !run.errors.isEmpty, "\(arguments)")
    }
  }
}
