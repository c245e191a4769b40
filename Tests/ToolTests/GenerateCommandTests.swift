import Foundation
import OODDatasets
import Testing

@Suite("ood generate")
struct GenerateCommandTests {
  @Test(
    "Images are drawn, and the share that converged is told; the same seed gives the same picture",
    arguments: [
      ["conv-autoencoder", "--maps", "8", "--layers", "1"], ["dense-autoencoder", "--hidden", "8"],
    ])
  func generate(model: [String]) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/model.safetensors"
    let data = ["--data", "synthetic-digits:train[0..<512]", "--epochs", "1", "--out", path]
    let trained = try ToolRun(arguments: ["train"] + model + data)
    #expect(trained.status == 0, "\(trained.errors)")

    func run(_ name: String, _ options: String...) throws -> ToolRun {
      let arguments = ["generate", path, "--count", "6", "--iterations", "8", "--png", folder + "/" + name]
      return try ToolRun(arguments: arguments + options)
    }
    func picture(_ name: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
    let report = try run("a.png", "--format", "json", "--npy", folder + "/a.npy").json()
    #expect(report["count"] as? Int == 6)
    let share = try #require(report["converged_share"] as? Double)
    #expect((0...1).contains(share) && (share * 6).rounded() / 6 == share)
    let images = try NumPy.read(folder + "/a.npy")
    #expect(images.shape.reduce(1, *) == 6 * 784)

    #expect(try run("b.png", "--threads", "1").output.contains("fixed points"))
    #expect(try picture("a.png") == picture("b.png"))
    #expect(try run("c.png", "--seed", "1").status == 0)
    #expect(try picture("a.png") != picture("c.png"))
    #expect(try run("d.png", "--trajectory").status == 0)
    #expect(
      try run("e.png", "--tolerance", "1e9", "--format", "json").json()["converged_share"] as? Double == 1)
  }

  @Test("Files that hold no autoencoder and senseless options are refused")
  func refusals() throws {
    let missing = try ToolRun("generate", "/nowhere.safetensors", "--png", "/nowhere.png")
    #expect(missing.status == 1 && missing.errors.contains("/nowhere.safetensors"))
    for option in ["--count", "--iterations", "--columns", "--scale"] {
      #expect(try ToolRun("generate", "x", "--png", "y", option, "0").status == 64)
    }
  }
}
