import Foundation
import GenModels
import Testing

@Suite("ood train: autoencoders and classifiers")
struct TrainCommandTests {
  private let tiny = [
    "--data", "synthetic-digits:train[0..<512]", "--epochs", "1", "--batch", "64", "--seed", "3",
  ]

  /// Trains into a folder of its own; `body` gets the run and the model's path.
  private func training(
    _ model: String, _ options: [String], _ body: (ToolRun, String) throws -> Void
  ) throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/model.safetensors"
    try body(ToolRun(arguments: ["train", model, "--out", path] + tiny + options), path)
  }

  @Test("A convolutional autoencoder: one JSON object, a file that loads, and no checkpoint left")
  func convolutional() throws {
    let options = [
      "--layers", "2", "--maps", "8", "--bottleneck", "4", "--kernel", "3", "--channel-sparsity", "0.5",
      "--channel-stride", "2", "--lifetime-sparsity", "0.3", "--corruption", "0.1", "--optimizer", "adadelta",
      "--learning-rate",
      "0.5",
      "--format", "json",
    ]
    var losses: [Double] = []
    for threads in ["1", "2"] {
      try training("conv-autoencoder", options + ["--threads", threads]) { run, path in
        #expect(run.status == 0, "\(run.errors)")
        let report = try run.json()
        let model = try ConvolutionalAutoencoder(contentsOf: path)
        #expect(report["parameters"] as? Int == model.parameterCount)
        #expect(report["epochs"] as? Int == 1)
        #expect(try #require(report["seconds"] as? Double) > 0)
        #expect(try #require(report["examples_per_second"] as? Double) > 0)
        losses.append(try #require(report["loss"] as? Double))
        #expect(model.architecture.bottleneckMaps == 4 && model.architecture.kernel == 3)
        #expect(
          model.architecture.bottleneck
            == .winnerTakeAll(channelSparsity: 0.5, channelStride: 2, lifetimeRate: 0.3))
        #expect(!FileManager.default.fileExists(atPath: path + ".checkpoint"))
      }
    }
    #expect(losses.count == 2 && losses[0] == losses[1])
  }

  @Test("A plain one, with text and the paper's settings")
  func plain() throws {
    try training("conv-autoencoder", ["--plain", "--layers", "1", "--maps", "4", "--preset", "paper"]) {
      run, path in
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("205 parameters"))
      let model = try ConvolutionalAutoencoder(contentsOf: path)
      #expect(model.architecture.bottleneck == .plain)
    }
  }

  @Test("A checkpoint that was left: refused without --resume, gone on from with it")
  func resume() throws {
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func arguments(_ name: String, _ more: [String]) -> [String] {
      ["train", "dense-autoencoder", "--out", folder + "/" + name, "--hidden", "8"] + tiny + more
    }
    let data = folder + "/one.safetensors"
    #expect(try ToolRun(arguments: arguments("one.safetensors", [])).status == 0)
    try Data("no checkpoint".utf8).write(to: URL(fileURLWithPath: folder + "/two.safetensors.checkpoint"))
    let refused = try ToolRun(arguments: arguments("two.safetensors", []))
    #expect(refused.status == 1 && refused.errors.contains("--resume"), "\(refused.errors)")
    let damaged = try ToolRun(arguments: arguments("two.safetensors", ["--resume"]))
    #expect(damaged.status == 1 && damaged.errors.contains("two.safetensors.checkpoint"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/two.safetensors"))
    let fresh = try ToolRun(arguments: arguments("three.safetensors", ["--resume"]))
    #expect(fresh.status == 0, "\(fresh.errors)")
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: data))
        == Data(contentsOf: URL(fileURLWithPath: folder + "/three.safetensors")))
  }

  @Test("A fully connected autoencoder of images, and a linear one of a table")
  func dense() throws {
    try training("dense-autoencoder", ["--hidden", "32,8", "--corruption", "0.2", "--format", "json"]) {
      run, path in
      #expect(run.status == 0, "\(run.errors)")
      let model = try DenseAutoencoder(contentsOf: path)
      #expect(model.architecture.hidden == [32, 8] && model.architecture.features == 784)
      #expect(try run.json()["parameters"] as? Int == model.parameterCount)
    }
    let folder = ToolRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let table = ["train", "dense-autoencoder", "--data", "two-moons:200", "--epochs", "1", "--hidden", "3"]
    let refused = try ToolRun(arguments: table + ["--out", folder + "/a"])
    #expect(refused.status == 1 && refused.errors.contains("0...1"))
    let linear = try ToolRun(arguments: table + ["--linear", "--out", folder + "/a.safetensors"])
    #expect(linear.status == 0, "\(linear.errors)")
  }

  @Test("A classifier learns the labels, and tells its test error")
  func classifier() throws {
    let options = ["--maps", "4", "--hidden", "16", "--format", "json"]
    try training("classifier", options + ["--test", "synthetic-digits:test[0..<200]"]) {
      run, path in
      #expect(run.status == 0, "\(run.errors)")
      let error = try #require(try run.json()["test_error"] as? Double)
      #expect(error >= 0 && error <= 0.95)
      let classifier = try ImageClassifier(contentsOf: path)
      #expect(classifier.classCount == 10)
    }
    try training(
      "classifier",
      options + [
        "--against", "synthetic-symbols:train[0..<256]", "--test", "synthetic-digits:test[0..<100]",
        "--test-against", "synthetic-symbols:test[0..<100]",
      ]
    ) { run, path in
      #expect(run.status == 0, "\(run.errors)")
      let classifier = try ImageClassifier(contentsOf: path)
      #expect(classifier.classCount == 2)
    }
  }

  @Test(
    "Wrong options are errors of usage",
    arguments: [
      ["--layers", "0"], ["--kernel", "0"], ["--channel-sparsity", "1"], ["--channel-stride", "0"],
      ["--plain", "--channel-stride", "1"], ["--lifetime-sparsity", "0"],
      ["--corruption", "1.5"], ["--plain", "--channel-sparsity", "0.5"], ["--epochs", "0"], ["--batch", "0"],
      ["--threads", "0"], ["--learning-rate", "0"], ["--optimizer", "nonsense"], ["--preset", "nonsense"],
    ])
  func usage(options: [String]) throws {
    let run = try ToolRun(
      arguments: [
        "train", "conv-autoencoder", "--data", "synthetic-digits:train[0..<8]", "--out", "/nowhere/x",
      ] + options)
    #expect(run.status == 64, "\(run.errors)")
  }

  @Test("More convolutions than the images have pixels for: a failure that says what to lower")
  func tooDeep() throws {
    try training("conv-autoencoder", ["--layers", "7"]) { run, _ in
      #expect(run.status == 1 && run.errors.contains("--layers"), "\(run.errors)")
    }
  }
}
