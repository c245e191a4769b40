import Foundation
import GenModels
import Testing

@Suite("ood train energy and joint-energy, score and generate")
struct EnergyCommandTests {
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private static let images = ["--data", "synthetic-digits:train[0..<40]", "--epochs", "1", "--batch", "20"]

  @Test(
    "Each method: trained, scored both ways, drawn",
    arguments: [
      ["energy", "--maps", "2", "--hidden", "4", "--steps", "3", "--chains", "60", "--spectral"] + images,
      ["energy", "--method", "denoising-score", "--maps", "2", "--hidden", "4"] + images,
      ["joint-energy", "--maps", "2", "--hidden", "4", "--steps", "3", "--chains", "60"] + images,
      ["energy", "--data", "two-moons:60", "--epochs", "1", "--hidden", "8", "--steps", "5"],
      ["energy", "--method", "sliced-score", "--data", "two-moons:60", "--epochs", "1", "--hidden", "8"],
      [
        "energy", "--method", "noise-contrastive", "--data", "two-moons:60", "--epochs", "1", "--hidden", "8",
      ],
      [
        "energy", "--method", "denoising-score", "--vector-field", "--data", "two-moons:60", "--epochs", "1",
        "--hidden", "8",
      ],
    ])
  func methods(_ arguments: [String]) throws {
    try inFolder { folder in
      let path = folder + "/model.safetensors"
      let untrained = folder + "/untrained.safetensors"
      let isJoint = arguments[0] == "joint-energy"
      let run = try ToolRun(
        arguments: ["train"] + arguments + ["--out", path] + (isJoint ? [] : ["--untrained", untrained]))
      #expect(run.status == 0, "\(run.errors)")
      let isTable = arguments.contains("two-moons:60")
      let data = isTable ? "two-moons:5" : "synthetic-digits:test[0..<5]"
      let scores = try ([path] + (isJoint ? [] : [untrained])).map { file in
        try [[], ["--scorer", "gradient-norm"]].map { scorer in
          let run = try ToolRun(arguments: ["score", file, "--data", data] + scorer)
          #expect(run.status == 0, "\(run.errors)")
          return run.output
        }
      }
      #expect(scores.count == 1 || scores[0] != scores[1])
      #expect((scores[0][0] == scores[0][1]) == arguments.contains("--vector-field"))
      let out = isTable ? ["--csv", folder + "/drawn.csv"] : ["--png", folder + "/drawn.png"]
      let drawn = try ToolRun(arguments: ["generate", path, "--count", "2", "--steps", "4"] + out)
      #expect(drawn.status == 0, "\(drawn.errors)")
      if isJoint {
        let label = try ToolRun(arguments: ["generate", path, "--count", "2", "--class", "3"] + out)
        #expect(label.status == 0, "\(label.errors)")
        let softmax = try ToolRun(
          arguments: ["score", path, "--data", data, "--scorer", "maximum-softmax-probability"])
        #expect(softmax.status == 0, "\(softmax.errors)")
      } else {
        let wrong = try ToolRun(arguments: ["score", path, "--data", data, "--scorer", "log-density"])
        #expect(wrong.status == 1 && wrong.errors.contains("gradient-norm"), "\(wrong.errors)")
      }
    }
  }

  @Test("Chains that run away fail with the step, and so do temperatures that are none")
  func failures() throws {
    try inFolder { folder in
      let path = folder + "/model"
      try EnergyModel(.dense(features: 2, hidden: [4], activation: .identity), seed: 1).save(to: path)
      let out = ["generate", path, "--count", "2", "--csv", folder + "/drawn.csv"]
      let away = try ToolRun(arguments: out + ["--step-size", "1e30", "--noise", "0"])
      #expect(away.status == 1 && away.errors.contains("at step"), "\(away.errors)")
      let frozen = try ToolRun(arguments: out + ["--temperature", "0"])
      #expect(frozen.status == 1 && frozen.errors.contains("temperature"), "\(frozen.errors)")
    }
  }

  @Test("Options that make no sense are errors of usage")
  func usage() throws {
    for arguments in [
      ["--method", "denoising-score", "--chains", "5"], ["--vector-field"], ["--projections", "3"],
      ["--method", "sliced-score", "--activation", "relu"], ["--reuse", "2"], ["--step-size", "0"],
      ["--steps", "-1"], ["--maps", "4"], ["--energy-penalty", "nan"], ["--hidden", "0"],
    ] {
      let run = try ToolRun(
        arguments: ["train", "energy", "--data", "two-moons:20", "--out", "/dev/null"] + arguments)
      #expect(run.status == 64, "\(arguments): \(run.status) \(run.errors)")
    }
  }
}
