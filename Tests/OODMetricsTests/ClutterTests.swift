import GenModels
import OODDatasets
import OODMetrics
import Testing

@Suite("Scenes with clutter, and the reconstruction error within attention")
struct ClutterTests {
  private static let digits = SyntheticGlyphs.digits.examples(0..<300, of: .train, size: 20, box: 14).images
  private static let symbols = SyntheticGlyphs.symbols.examples(0..<200, of: .train, size: 20, box: 14).images

  @Test("A scene holds its objects whole, apart from one another, each under its mask")
  func scenes() throws {
    let maker = ClutteredScenes(size: 36, objects: 1...3, fragments: 5, fragmentSize: 6)
    let scenes = try maker.compose(40, objects: Self.digits, fragments: Self.symbols, seed: 3)
    #expect(scenes.images.shape == [40, 36, 36, 1] && scenes.masks.shape == [40, 3, 36, 36])
    #expect(scenes.images.elements.allSatisfy { (0...1).contains($0) })
    #expect(Set(scenes.sources.map(\.count)) == [1, 2, 3])
    let areas = scenes.masks.sum(axes: [2, 3])
    for scene in 0..<40 {
      for place in 0..<3 { #expect((areas[scene, place] > 0) == (place < scenes.sources[scene].count)) }
      // All ink of an object is there: what is under its mask is at least as much.
      let picture = scenes.images.examples(scene..<scene + 1).reshaped([36, 36])
      for (place, source) in scenes.sources[scene].enumerated() {
        let mask = scenes.masks.examples(scene..<scene + 1).sliced(axis: 1, place..<place + 1).reshaped([
          36, 36,
        ])
        let ink = Self.digits.examples(source..<source + 1).sum().scalar
        #expect((picture * mask).sum().scalar >= ink * 0.98 - 1)
      }
    }
    // A scene depends on nothing beside it.
    let fewer = try maker.compose(7, objects: Self.digits, fragments: Self.symbols, seed: 3)
    #expect(fewer.images == scenes.images.examples(0..<7))
    #expect(throws: ExampleError.self) {
      try ClutteredScenes(size: 16).compose(1, objects: Self.digits, fragments: Self.symbols, seed: 1)
    }
    #expect(throws: ExampleError.self) {
      try maker.compose(1, objects: Self.digits.examples(0..<0), fragments: Self.symbols, seed: 1)
    }
  }

  @Test("A mask of ones gives the plain error, and the sum is over objects")
  func formula() throws {
    let oracle = DenseImage()
    var attention = try AttentionNetwork.validating(
      .init(
        layers: [.convolution(channels: 1, kernel: 1, activation: .identity)], exampleShape: [4, 4, 2]),
      seed: 1)
    // σ(0) = 1/2: masks of 1/2, then 1/4.
    try attention.setTensors(["0.weight": .zeros([1, 1, 2, 1]), "0.bias": .zeros([1])])
    var random = RandomGenerator(seed: 1)
    let x = random.uniform([3, 4, 4, 1])
    let whole = try ReconstructionScorer(oracle, norm: .l2).score(x)
    let errors = try MaskedReconstructionScorer(oracle, attention: attention, steps: 2).errors(x)
    for example in 0..<3 {
      #expect(abs(errors[example][0] - whole[example] / 2) < 1e-5)
      #expect(abs(errors[example][1] - whole[example] / 4) < 1e-5)
    }
    #expect(
      try MaskedReconstructionScorer(oracle, attention: attention, steps: 2).score(x)
        == errors.map { $0[0] + $0[1] })
    #expect(throws: MeasureError.self) {
      try MaskedReconstructionScorer(oracle, attention: attention, steps: 0)
    }
  }

  /// Gives half of the image back.
  private struct DenseImage: ReconstructionOracle {
    let exampleShape: Shape = [4, 4, 1]
    func reconstruct(checked x: Tensor) -> Tensor { x * 0.5 }
  }

  @Test("Attention learns to find the object among fragments, on scenes that it has not seen")
  func attention() throws {
    let maker = ClutteredScenes(size: 28, fragments: 4, fragmentSize: 6)
    let training = try maker.compose(500, objects: Self.digits, fragments: Self.digits, seed: 1)
    let result = try AttentionNetwork.train(
      on: training.images, masks: training.masks, maps: 6,
      trainer: Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 10, batchSize: 16))
    let test = try maker.compose(50, objects: Self.digits, fragments: Self.digits, seed: 2)
    func overlap(_ model: AttentionNetwork) throws -> Double {
      let found = try model.masks(test.images, steps: 1)
      let both = (found * test.masks).sum().scalar
      return Double(both / (found.sum().scalar + test.masks.sum().scalar - both))
    }
    let fresh = try AttentionNetwork.validating(result.model.configuration, seed: 5)
    let (trained, untrained) = (try overlap(result.model), try overlap(fresh))
    #expect(trained > 0.5 && trained > untrained + 0.2, "\(trained) after training, \(untrained) before")
    #expect(throws: ExampleError.self) {
      try AttentionNetwork.train(on: training.images, masks: training.masks.sliced(axis: 2, 0..<10))
    }
  }
}
