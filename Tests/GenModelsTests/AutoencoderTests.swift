import Foundation
import GenModels
import OODDatasets
import Testing

/// Drawn digits.
private func digits(_ count: Int) -> Tensor {
  SyntheticGlyphs.digits.examples(0..<count, of: .train, seed: 0).images
}

private func small(
  layers: Int = 2, bottleneck: ConvolutionalAutoencoder.Bottleneck = .winnerTakeAll(channelSparsity: 0.25)
) -> ConvolutionalAutoencoder.Architecture {
  .init(layers: layers, maps: 8, bottleneckMaps: 8, bottleneck: bottleneck)
}

private func training(
  _ optimizer: any Optimizer = Adam(learningRate: 2e-3), epochs: Int = 1, parts: Int = 1
) -> AutoencoderTraining {
  AutoencoderTraining(
    trainer: Trainer(optimizer: optimizer, epochs: epochs, batchSize: 32, batchParts: parts, seed: 5))
}

private func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

private func largestDifference(_ a: some Parameterized, _ b: some Parameterized) -> Float {
  zip(a.namedTensors, b.namedTensors).reduce(0) { max($0, largestDifference($1.0.1, $1.1.1)) }
}

@Suite("Autoencoders")
struct AutoencoderTests {
  @Test(
    "Parameters of 28×28×1 images and 128 maps",
    arguments: [(1, 6_529), (2, 825_985), (3, 1_645_441), (4, 2_464_897), (5, 3_284_353), (6, 4_103_809)])
  func parameterCounts(layers: Int, count: Int) {
    #expect(ConvolutionalAutoencoder(.init(layers: layers), seed: 0).parameterCount == count)
  }

  @Test(
    "Reconstructions have the images' shape, and a saved model gives the same bits",
    arguments: [
      .plain, .winnerTakeAll(channelSparsity: 0.5, lifetimeRate: 0.3), .winnerTakeAll(channelStride: 2),
    ]
      as [ConvolutionalAutoencoder.Bottleneck])
  func saving(bottleneck: ConvolutionalAutoencoder.Bottleneck) throws {
    let model = ConvolutionalAutoencoder(small(bottleneck: bottleneck), seed: 1)
    let x = digits(9)
    try withTemporaryFolder { folder in
      try model.save(to: folder + "/model.safetensors")
      let loaded = try ConvolutionalAutoencoder(contentsOf: folder + "/model.safetensors")
      #expect(loaded.architecture == model.architecture)
      #expect(largestDifference(loaded, model) == 0)
      #expect(try loaded.reconstruct(x).elements == model.reconstruct(x).elements)
    }
    #expect(try model.reconstruct(x).shape == x.shape)
    let reconstructions = try model.reconstruct(x)
    #expect(reconstructions.elements.allSatisfy { $0 > 0 && $0 < 1 })
    let dense = DenseAutoencoder(.init(features: 784, hidden: [16, 4]), seed: 1)
    let copy = try DenseAutoencoder(safetensors: dense.safetensors())
    #expect(try copy.reconstruct(x).elements == dense.reconstruct(x).elements)
  }

  @Test(
    "A file whose architecture makes no sense is refused before any memory is asked for",
    arguments: [
      ("\"layers\":2", "\"layers\":0"), ("\"layers\":2", "\"layers\":7"), ("\"layers\":2", "\"layers\":-1"),
      ("\"maps\":8", "\"maps\":0"), ("\"maps\":8", "\"maps\":1000000"), ("\"kernel\":5", "\"kernel\":0"),
      ("\"kernel\":5", "\"kernel\":9999999"), ("\"height\":28", "\"height\":0"),
      ("\"channels\":1", "\"channels\":9223372036854775807"),
      ("\"bottleneckMaps\":8", "\"bottleneckMaps\":-8"),
      ("\"channelSparsity\":0.25", "\"channelSparsity\":1.5"), ("\"layers\":2", "\"levels\":2"), ("{", ""),
    ])
  func damage(found: String, replacement: String) throws {
    var file = try ConvolutionalAutoencoder(small(), seed: 1).safetensors()
    let text = try #require(file.metadata["configuration"])
    let range = try #require(text.firstRange(of: found), "\(text)")
    file.metadata["configuration"] = text.replacingCharacters(in: range, with: replacement)
    file.seal()
    let error = #expect(throws: ModelFileError.self) { try ConvolutionalAutoencoder(safetensors: file) }
    guard case .malformed = error else {
      Issue.record("\(String(describing: error)) is another error")
      return
    }
  }

  @Test("Winner-take-all in its compact form is the dense computation", arguments: [1, 2, 3])
  func winnerTakeAll(layers: Int) {
    let model = ConvolutionalAutoencoder(small(layers: layers), seed: 2)
    let x = digits(5)
    var maps = x
    for layer in model.encoder { maps = layer(maps) }
    // Of each map the largest pixel stays, and of the 8 maps of an image those with the 6 largest.
    let (area, count) = (maps.shape[1] * maps.shape[2], maps.shape[3])
    let elements = maps.elements
    var sparse = [Float](repeating: 0, count: elements.count)
    for image in 0..<maps.shape[0] {
      func place(_ pixel: Int, _ map: Int) -> Int { (image * area + pixel) * count + map }
      let winners = (0..<count).map { map in
        place((0..<area).max { elements[place($0, map)] < elements[place($1, map)] }!, map)
      }
      for winner in winners.sorted(by: { elements[$0] > elements[$1] }).prefix(6) {
        sparse[winner] = elements[winner]
      }
    }
    var expected = Tensor(sparse, shape: maps.shape)
    #expect(largestDifference(model.code(x).dense(), expected) < 1e-5)
    for layer in model.decoder { expected = layer(expected) }
    #expect(largestDifference(model(x), expected) < 1e-4)
  }

  @Test("A short training lowers the loss, to the same bits with 1 and 2 threads")
  func training() throws {
    let x = digits(160)
    var settings = GenModelsTests.training(Adam(learningRate: 5e-3), epochs: 6)
    settings.corruption = 0.1
    func run(_ threads: Int) throws -> TrainingResult<ConvolutionalAutoencoder> {
      try Parallelism.withThreads(threads) {
        try ConvolutionalAutoencoder.train(
          small(bottleneck: .winnerTakeAll(channelSparsity: 0.25, lifetimeRate: 0.5)), on: x, validation: x,
          settings: settings)
      }
    }
    let (one, two) = (try run(1), try run(2))
    #expect(one.history == two.history)
    #expect(largestDifference(one.model, two.model) == 0)
    #expect(one.history[5].loss < 0.8 * one.history[0].loss)
    #expect(try #require(one.history[5].validationLoss) < one.history[0].validationLoss!)
    let dense = try settings.train(
      DenseAutoencoder(.init(features: 784, hidden: [32, 8]), seed: 1), on: x.reshaped([160, 784]))
    #expect(dense.history[5].loss < dense.history[0].loss)
  }

  @Test("The gradients of a batch's parts add up to the batch's", arguments: [2, 3, 5, 32])
  func parts(count: Int) throws {
    // One step of steepest descent: the parameters differ by the gradients' difference. 20 does not divide by 3.
    let x = digits(20)
    func step(_ parts: Int) throws -> TrainingResult<ConvolutionalAutoencoder> {
      try ConvolutionalAutoencoder.train(
        small(), on: x, settings: GenModelsTests.training(SGD(learningRate: 1), parts: parts))
    }
    let start = ConvolutionalAutoencoder(small(), seed: 5)
    let (whole, cut) = (try step(1), try step(count))
    #expect(abs(whole.history[0].loss - cut.history[0].loss) < 1e-6)
    let moved = largestDifference(whole.model, start)
    #expect(moved > 1e-4)
    #expect(largestDifference(whole.model, cut.model) < 1e-4 * moved)
  }

  @Test("Minimal filtering trains as direct sums do: the same gradients to rounding, and close curves")
  func algorithms() throws {
    let x = digits(64)
    let architecture = ConvolutionalAutoencoder.Architecture(
      layers: 2, maps: 32, bottleneckMaps: 32, bottleneck: .plain)
    let start = ConvolutionalAutoencoder(architecture, seed: 5)
    func run(
      _ algorithm: ConvolutionAlgorithm, _ rate: Double, on x: Tensor, epochs: Int
    ) throws -> (curve: [Double], model: ConvolutionalAutoencoder) {
      var curve: [Double] = []
      let settings = GenModelsTests.training(SGD(learningRate: rate), epochs: epochs)
      let result = try ConvolutionAlgorithm.using(algorithm) {
        try settings.train(start, on: x) { curve.append($0.loss) }
      }
      return (curve, result.model)
    }
    // One step of steepest descent moves the parameters by the gradient. On black pixels and with fresh biases, direct
    // sums are exactly 0, where ReLU has no gradient, and filtered ones are 0 but for rounding: grey images have no such.
    let grey = x.sliced(axis: 0, 0..<32) * 0.8 + 0.1
    let (direct, fastest) = (
      try run(.direct, 1, on: grey, epochs: 1).model, try run(.fastest, 1, on: grey, epochs: 1).model
    )
    for (index, tensor) in start.namedTensors.enumerated() {
      let moved = largestDifference(direct.namedTensors[index].1, tensor.1)
      let apart = largestDifference(direct.namedTensors[index].1, fastest.namedTensors[index].1)
      #expect(moved > 1e-4 && apart < 3e-4 * moved, "\(tensor.0)")
    }
    let curves = try [ConvolutionAlgorithm.direct, .fastest].map {
      try run($0, 0.02, on: x, epochs: 15).curve
    }
    #expect(curves[0].count == 30 && curves[1].count == 30 && curves[0].last! < curves[0][0])
    for (direct, fastest) in zip(curves[0], curves[1]) { #expect(abs(direct - fastest) < 1e-3 * direct) }
  }

  @Test("Six layers of minimal filtering, tiles of all sizes, reconstruct as direct sums do")
  func deepReconstruction() {
    // Fresh weights fade a signal away layer by layer: larger ones keep it up.
    let x = digits(8)
    var model = ConvolutionalAutoencoder(
      .init(layers: 6, maps: 32, bottleneckMaps: 32, bottleneck: .plain), seed: 6)
    for layer in 0..<6 {
      model.encoder[layer].weight.tensor.withUnsafeMutableElements { for i in $0.indices { $0[i] *= 1.5 } }
      model.decoder[layer].weight.tensor.withUnsafeMutableElements { for i in $0.indices { $0[i] *= 1.5 } }
    }
    func reconstruct(_ algorithm: ConvolutionAlgorithm, threads: Int) -> Tensor {
      Parallelism.withThreads(threads) {
        ConvolutionAlgorithm.using(algorithm) { model(x) }
      }
    }
    let direct = reconstruct(.direct, threads: 1)
    #expect(direct.elements.max()! - direct.elements.min()! > 0.1)
    let apart = largestDifference(reconstruct(.fastest, threads: 1), direct)
    #expect(apart > 0 && apart < 1e-4)
    // The choice of algorithm holds on every thread.
    for _ in 0..<20 { #expect(reconstruct(.direct, threads: 3).elements == direct.elements) }
  }

  @Test("A weight that is changed in place after a pass counts in the next one")
  func weightForms() {
    let x = digits(3)
    var model = ConvolutionalAutoencoder(
      .init(layers: 2, maps: 32, bottleneckMaps: 32, bottleneck: .plain), seed: 4)
    let before = model(x)
    #expect(model(x).elements == before.elements)
    for layer in [0, 1] {
      model.encoder[layer].weight.tensor.withUnsafeMutableElements { for i in $0.indices { $0[i] *= 1.5 } }
    }
    let after = model(x)
    #expect(largestDifference(after, before) > 1e-4)
    // The same weights in a model that has not seen a pass.
    var fresh = ConvolutionalAutoencoder(model.architecture, seed: 4)
    for layer in [0, 1] {
      let weight = fresh.encoder[layer].weight.tensor
      fresh.encoder[layer].weight = Parameter(
        Tensor(weight.elements.map { $0 * 1.5 }, shape: weight.shape))
    }
    #expect(fresh(x).elements == after.elements)
  }

  @Test("The default training starts from the mean image, the paper's from zero biases")
  func startsAtMean() throws {
    let x = digits(20)
    let mean = x.mean().elements[0]
    func lastBias(_ settings: AutoencoderTraining) throws -> Float {
      var settings = settings
      settings.trainer.epochs = 1
      settings.trainer.optimizer = SGD(learningRate: 1e-9)
      let architecture = ConvolutionalAutoencoder.Architecture(layers: 1, maps: 4)
      return try ConvolutionalAutoencoder.train(architecture, on: x, settings: settings)
        .model.decoder[0].bias.tensor.elements[0]
    }
    let fast = try lastBias(.fast)
    #expect(abs(1 / (1 + exp(-fast)) - mean) < 1e-4)
    let paper = try lastBias(.paper)
    #expect(abs(paper) < 1e-4)
    // Black images have no finite bias that gives their mean.
    let black = try ConvolutionalAutoencoder.train(.init(layers: 1, maps: 4), on: .zeros([8, 28, 28, 1]))
    let isFinite = black.model(x).elements.allSatisfy { $0.isFinite }
    #expect(isFinite)
  }
}
