import Foundation
import GenModels
import Testing

@Suite("ood train, score and generate: densities of levels, bounds, sequences")
struct DensityCommandTests {
  /// Trains into a folder of its own; `body` gets the model's path.
  private func trained(_ arguments: [String], _ body: (String) throws -> Void) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/model.safetensors"
    let data = arguments.contains("--data") ? [] : ["--data", "synthetic-digits:train[0..<60]"]
    let run = try ToolRun(arguments: ["train"] + arguments + data + ["--epochs", "1", "--out", path])
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    try body(path)
  }

  @Test(
    "Each model of images: trained, scored, drawn",
    arguments: [
      ["made", "--hidden", "20", "--mixtures", "2"],
      ["made", "--hidden", "20", "--binarize", "--orders", "2", "--shuffle"],
      ["pixelcnn", "--channels", "4", "--layers", "1", "--binarize", "--class-conditional"],
      ["pixelcnn-plus-plus", "--channels", "3", "--layers", "1", "--mixtures", "1"],
      ["vae", "--hidden", "20", "--latent", "3"],
      ["vae", "--convolutional", "--channels", "4", "--hidden", "10", "--latent", "2"],
      ["iwae", "--hidden", "20", "--latent", "3", "--samples", "4", "--doubly-reparameterized"],
    ])
  func images(_ arguments: [String]) throws {
    try trained(arguments) { path in
      let png = path + ".png"
      let generation = try ToolRun(arguments: ["generate", path, "--count", "2", "--png", png])
      #expect(generation.status == 0, "\(generation.errors)")
      #expect(FileManager.default.fileExists(atPath: png))
      let score = try ToolRun(
        arguments: ["score", path, "--data", "synthetic-digits:test[0..<3]"]
          + (arguments[0].hasSuffix("ae") ? ["--samples", "5"] : []))
      if arguments.contains("--binarize") {
        #expect(score.status != 0 && score.errors.contains("binarize"))
      } else {
        #expect(score.status == 0, "\(score.errors)")
      }
    }
  }

  @Test("An importance-weighted autoencoder goes on from a variational one, and not from other layers")
  func start() throws {
    try trained(["vae", "--hidden", "20", "--latent", "3"]) { start in
      let further = ["iwae", "--hidden", "20", "--latent", "3", "--samples", "2", "--from", start]
      try trained(further) { path in
        let model = try VariationalAutoencoder(from: ModelArchive(contentsOf: path))
        let before = try VariationalAutoencoder(from: ModelArchive(contentsOf: start))
        let steps = zip(model.namedTensors, before.namedTensors).map { after, before in
          zip(after.tensor.elements, before.tensor.elements).map { abs($0 - $1) }.max()!
        }
        // One step of Adam moves a weight by its rate, 0.001; fresh weights lie further apart.
        #expect(steps.max()! > 0 && steps.max()! < 0.003, "\(steps)")
      }
      let other = try ToolRun(arguments: [
        "train", "iwae", "--hidden", "21", "--latent", "3", "--from", start, "--data",
        "synthetic-digits:train[0..<60]", "--out", start + ".other",
      ])
      #expect(other.status != 0 && other.errors.contains("has other layers"), "\(other.errors)")
    }
  }

  @Test(
    "Continuous flows: trained, scored, drawn",
    arguments: [
      ["cnf", "--hidden", "8", "--tolerance", "1e-3", "--data", "two-moons:60"],
      [
        "cnf", "--hidden", "6,6", "--method", "rk4", "--steps", "4", "--hutchinson", "1", "--data",
        "rings:60",
      ],
      [
        "flow-matching", "--hidden", "8", "--time", "gating", "--validation", "rings:20", "--data",
        "rings:60",
      ],
      ["flow-matching", "--hidden", "8", "--path", "variance-preserving", "--pairing", "independent"],
    ])
  func continuous(_ arguments: [String]) throws {
    try trained(arguments) { path in
      let isTable = arguments.contains("--data")
      let output = isTable ? ["--csv", path + ".csv"] : ["--png", path + ".png"]
      let generation = try ToolRun(arguments: ["generate", path, "--count", "2"] + output)
      #expect(generation.status == 0, "\(generation.errors)")
      let score = try ToolRun(
        arguments: ["score", path, "--data", isTable ? "rings:5" : "synthetic-digits:test[0..<2]"])
      #expect(score.status == 0, "\(score.errors)")
    }
  }

  @Test("A flow with a classifier on its latents: density, classes and their scores from one file")
  func hybrid() throws {
    let arguments = ["hybrid-flow", "--data", "blobs:300?seed=1", "--couplings", "2", "--hidden", "16"]
    try trained(arguments + ["--test", "blobs:100?seed=2"]) { path in
      for scorer in [[], ["--scorer", "maximum-softmax-probability"]] {
        let score = try ToolRun(arguments: ["score", path, "--data", "blobs:5"] + scorer)
        #expect(score.status == 0, "\(score.errors)")
      }
    }
    let bare = ToolRun.temporaryFolder() + ".safetensors"
    let unlabelled = try ToolRun(
      arguments: ["train", "hybrid-flow", "--data", "blobs:30", "--density-weight", "-1", "--out", bare])
    #expect(unlabelled.status != 0 && unlabelled.errors.contains("--density-weight"))
  }

  @Test("The density experiment writes its page, alone and in parts that are put together")
  func densities() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func experiment(_ out: String, _ more: String...) throws -> ToolRun {
      try ToolRun(
        arguments: [
          "experiment", "densities", "--count", "200", "--test-count", "100", "--steps", "2", "--side", "10",
          "--toy", "rings", "--family", "kernel density", "--family", "real nvp", "--out", folder + out,
        ] + more)
    }
    let run = try experiment("")
    #expect(run.status == 0, "\(run.errors)")
    #expect(FileManager.default.fileExists(atPath: folder + "/densities.html"))
    let status = try ToolRun("experiment", "status", folder)
    #expect(status.output == "2 of 2 tasks are done, 0 under way, 0 waiting.\n", "\(status.output)")

    for part in 1...2 {
      let run = try experiment("/\(part)", "--shard", "\(part)/2")
      #expect(
        run.status == 0 && run.output == "" && run.errors.contains("This part is done"), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/\(part)/densities.html"))
    }
    let kept = "rings-real-nvp.json"
    let (first, second) = ("\(folder)/1/\(kept)", "\(folder)/2/\(kept)")
    #expect(FileManager.default.fileExists(atPath: first) != FileManager.default.fileExists(atPath: second))
    for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/2")
    where name.hasPrefix("rings-") {
      try FileManager.default.moveItem(atPath: "\(folder)/2/\(name)", toPath: "\(folder)/1/\(name)")
    }
    let together = try experiment("/1")
    #expect(together.status == 0 && together.output.contains("Real NVP"), "\(together.errors)")
    #expect(FileManager.default.fileExists(atPath: folder + "/1/densities.html"))
    let unknown = try ToolRun(arguments: ["experiment", "densities", "--family", "oracle", "--out", folder])
    #expect(unknown.status != 0 && unknown.errors.contains("Spline flow"))
  }

  @Test("Sequences and tables with gaps")
  func tables() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let csv = folder + "/table.csv"
    let rows = (0..<40).map { i in "\(Double(i % 7)),\(i % 5 == 0 ? "" : "\(Double(i % 3))"),\(Double(i % 4))"
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try ("a,b,c\n" + rows.joined(separator: "\n") + "\n").write(
      toFile: csv, atomically: true, encoding: .utf8)
    try trained(["miwae", "--hidden", "8", "--latent", "2", "--data", "csv:\(csv)"]) { path in
      let score = try ToolRun(arguments: ["score", path, "--data", "csv:\(csv)"])
      #expect(score.status == 0, "\(score.errors)")
      let fill = try ToolRun(
        arguments: ["impute", path, "--data", "csv:\(csv)", "--samples", "20", "--csv", csv + ".filled"])
      #expect(fill.status == 0 && fill.output.contains("8 gaps of 40 rows"), "\(fill.errors)")
      let lines = try String(contentsOfFile: csv + ".filled", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 41 && lines[0] == "a,b,c" && !lines.contains { $0.contains("nan") })
      #expect(lines[2].hasPrefix("1.0,1.0,1.0") && lines[1].hasPrefix("0.0,"), "\(lines[1])")
      let same = try ToolRun(
        arguments: [
          "impute", path, "--data", "csv:\(csv)", "--samples", "20", "--threads", "1", "--csv", "-",
        ])
      #expect(same.output == lines.joined(separator: "\n") + "\n")
      let wrong = try ToolRun(
        arguments: ["impute", path, "--data", "csv:\(csv)?missing=0", "--csv", csv + ".filled"])
      #expect(wrong.status != 0)
    }
    for model in [
      ["causal-convolution", "--channels", "4", "--layers", "2"],
      ["causal-transformer", "--width", "8", "--heads", "2", "--layers", "1"],
    ] {
      try trained(model + ["--data", "csv:\(csv)?missing=0"]) { path in
        let data = ["--data", "csv:\(csv)?missing=0"]
        let score = try ToolRun(arguments: ["score", path] + data)
        #expect(score.status == 0, "\(score.errors)")
        let drawn = try ToolRun(arguments: ["generate", path, "--count", "3", "--csv", path + ".csv"])
        #expect(drawn.status == 0, "\(drawn.errors)")
      }
    }
  }

  @Test("Options that make no sense say so")
  func refusals() throws {
    for arguments in [
      ["made", "--hidden", "0"], ["made", "--orders", "2"], ["vae", "--latent", "0"],
      ["iwae", "--samples", "0"], ["pixelcnn", "--kernel", "4"], ["vae", "--channels", "3"],
      ["cnf", "--method", "rk5"], ["cnf", "--method", "rk4"], ["cnf", "--tolerance", "0"],
      ["flow-matching", "--deviation", "-1"], ["cnf", "--steps", "3", "--tolerance", "0.1"],
    ] {
      let run = try ToolRun(
        arguments: ["train"] + arguments + ["--data", "synthetic-digits:train[0..<10]", "--out", "/dev/null"])
      #expect(run.status == 64, "\(arguments): \(run.status)")
    }
  }
}
