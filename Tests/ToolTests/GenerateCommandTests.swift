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

  @Test(
    "A flow of a table is sampled into a table; temperature 0 gives one point, and the same seed the same bytes"
  )
  func sampleTable() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/flow.safetensors"
    let trained = try ToolRun(
      "train", "realnvp", "--data", "two-moons:400", "--couplings", "2", "--hidden", "8", "--epochs", "2",
      "--out", path)
    #expect(trained.status == 0, "\(trained.errors)")
    func table(_ name: String, _ options: String...) throws -> CSVTable {
      let run = try ToolRun(
        arguments: ["generate", path, "--count", "50", "--csv", folder + "/" + name] + options)
      #expect(run.status == 0, "\(run.errors)")
      return try CSVTable(folder + "/" + name)
    }
    let first = try table("a.csv")
    #expect(first.columnCount == 2 && first.values.count == 100)
    #expect(try table("b.csv", "--threads", "1").values == first.values)
    #expect(try table("c.csv", "--seed", "1").values != first.values)
    let cold = try table("d.csv", "--temperature", "0").values
    #expect(Set(stride(from: 0, to: 100, by: 2).map { cold[$0] }).count == 1)

    let report = try ToolRun("generate", path, "--npy", folder + "/e.npy", "--count", "3", "--format", "json")
      .json()
    #expect(report["count"] as? Int == 3 && report["temperature"] as? Double == 1)
    #expect(try NumPy.read(folder + "/e.npy").shape == [3, 2])
    for (options, sentence) in [
      (["--png", folder + "/f.png"], "no images"), (["--csv", "x", "--trajectory"], "--trajectory"),
      (["--csv", "x", "--iterations", "5"], "--iterations"),
      (["--csv", "x", "--class", "0"], "without classes"),
    ] {
      let refused = try ToolRun(arguments: ["generate", path] + options)
      #expect(refused.status == 1 && refused.errors.contains(sentence), "\(refused.errors)")
    }
  }

  @Test("Files that hold no autoencoder and senseless options are refused")
  func refusals() throws {
    let missing = try ToolRun("generate", "/nowhere.safetensors", "--png", "/nowhere.png")
    #expect(missing.status == 1 && missing.errors.contains("/nowhere.safetensors"))
    for option in ["--count", "--iterations", "--columns", "--scale"] {
      #expect(try ToolRun("generate", "x", "--png", "y", option, "0").status == 64)
    }
    #expect(try ToolRun("generate", "x").errors.contains("--png, --npy or --csv"))
    #expect(try ToolRun("generate", "x", "--csv", "y", "--temperature", "-1").status == 64)
  }
}
