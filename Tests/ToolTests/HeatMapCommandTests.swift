import Foundation
import GenModels
import OODDatasets
import OODMetrics
import Testing

@Suite("Maps of errors")
struct HeatMapCommandTests {
  private let folder = ToolRun.temporaryFolder()
  private let model = ConvolutionalAutoencoder(
    .init(height: 8, width: 8, layers: 1, maps: 4, bottleneckMaps: 4, kernel: 3), seed: 1)

  /// Pictures of random grey, in a folder.
  private func pictures() throws -> Tensor {
    var random = RandomGenerator(seed: 2)
    let images = random.uniform([6, 8, 8, 1])
    for image in 0..<6 {
      let picture = Bitmap(images.sliced(axis: 0, image..<image + 1).reshaped([8, 8, 1]))
      try FileManager.default.createDirectory(atPath: folder + "/pictures", withIntermediateDirectories: true)
      try PNG.write(picture, to: folder + "/pictures/p\(image).png")
    }
    return try Dataset(folder: folder + "/pictures").examples
  }

  @Test("The parts of the pixels make up the score, in every norm", arguments: ReconstructionNorm.allCases)
  func parts(norm: ReconstructionNorm) throws {
    let images = try pictures()
    let scorer = ReconstructionScorer(model, norm: norm, batchSize: 4)
    let maps = try scorer.errorMaps(images)
    let reconstructions = try model.reconstruct(images)
    #expect(maps.errors.shape == images.shape && maps.reconstructions == reconstructions)
    let parts = maps.errors.reshaped([6, 64])
    for (image, score) in try scorer.score(images).enumerated() {
      let row = parts.sliced(axis: 0, image..<image + 1).elements.map { Double($0) }
      let sum = row.reduce(0, +) / (norm == .meanSquared ? 64 : 1)
      #expect(abs(sum - score) < 1e-4 * max(1, score) && row.allSatisfy { $0 >= 0 }, "\(sum), \(score)")
    }
    #expect(throws: ExampleError.self) { try scorer.errorMaps(Tensor(repeating: .nan, shape: [1, 8, 8, 1])) }
    #expect(try scorer.errorMaps(.zeros([0, 8, 8, 1])).errors.shape == [0, 8, 8, 1])
  }

  @Test("A perfect reconstruction has no errors, also in the norm that divides by them")
  func perfect() throws {
    let network = Sequential([.flatten], exampleShape: [3], seed: 0)
    let x = Tensor([0.25, 1, 0], shape: [1, 3])
    for norm in [ReconstructionNorm.l1, .l2, .meanSquared] {
      #expect(try ReconstructionScorer(network, norm: norm).errorMaps(x).errors == .zeros([1, 3]))
    }
  }

  @Test("The tool writes them as numbers, and draws the highest scores with their names")
  func tool() throws {
    let images = try pictures()
    let (file, png, npy) = (folder + "/model.safetensors", folder + "/map.png", folder + "/maps.npy")
    try Detector(ReconstructionScorer(model), threshold: Threshold(10)).save(to: file)
    let run = try ToolRun(
      "score", file, "--data", "folder:\(folder)/pictures", "--heat-map", png, "--heat-map-count", "4",
      "--error-maps", npy)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == "id,row,score,out_of_distribution" && lines.last?.hasPrefix("p5.png,5,") == true)
    let expected = try ReconstructionScorer(model).errorMaps(images).errors
    let written = try NumPy.read(npy)
    #expect(written.shape == [6, 8, 8, 1] && written.doubles() == expected.elements.map { Double($0) })
    // Four images in three rows, each pixel 3 wide; the greatest error is white and lies in the third row.
    let picture = try PNG.read(png)
    #expect(picture.channels == 3 && picture.width == 4 * (8 * 3 + 6))
    let expectedPicture = try page(images)
    #expect(picture == expectedPicture)
    for (arguments, status) in [
      (["--heat-map-count", "4"], Int32(64)), (["--heat-map", png, "--heat-map-count", "0"], 64),
      (["--heat-map", "/nowhere/x.png"], 1),
    ] {
      let wrong = try ToolRun(
        arguments: ["score", file, "--data", "folder:\(folder)/pictures"] + arguments)
      #expect(wrong.status == status && !wrong.errors.isEmpty, "\(wrong.errors)")
    }
    let flow = folder + "/flow.safetensors"
    try Flow(.realNVP(features: 2, couplings: 2, hidden: [4]), seed: 1).save(to: flow)
    let none = try ToolRun("score", flow, "--data", "two-moons:5?seed=1", "--error-maps", npy)
    #expect(none.status == 1 && none.errors.contains("reconstructs nothing"), "\(none.errors)")
  }

  /// The page of the four highest scores, drawn here.
  private func page(_ images: Tensor) throws -> Bitmap {
    let scores = try ReconstructionScorer(model).score(images)
    let order = Array(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(4))
    let chosen = images.rows(Indexes(order))
    let maps = try ReconstructionScorer(model).errorMaps(chosen)
    return HeatMapSheet().page(
      of: chosen, maps.reconstructions, maps.errors, labels: order.map { "p\($0).png" })
  }
}
