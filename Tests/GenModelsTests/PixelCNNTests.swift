import Foundation
import Testing

@testable import GenModels

@Suite("PixelCNN and PixelCNN++")
struct PixelCNNTests {
  @Test("Ten lines: train on binary images, score, draw, fill in")
  func usage() throws {
    var random = RandomGenerator(seed: 1)
    // Images whose rows are equal: all but the first follow from the one above.
    let x = random.bernoulli([200, 1, 4, 1], probability: 0.5).broadcast(to: [200, 4, 4, 1])
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 25, batchSize: 25)
    let model = try PixelCNN(.init(exampleShape: [4, 4, 1], channels: 8, layers: 2, firstKernel: 3), seed: 1)
      .train(on: x, settings: DensityTraining(trainer: trainer)).model
    let nats = try model.logDensity(x.sliced(axis: 0, 0..<20))
    #expect(nats.reduce(0, +) / 20 > -4, "four bits of entropy are 2.8 nats")
    let known = Tensor([1, 1, 1, 1]).reshaped([1, 4, 1]).zeroPadded(axis: 0, before: 0, after: 3)
    let filled = try model.inPaint(x.sliced(axis: 0, 0..<20), known: known, using: &random)
    #expect((filled - x.sliced(axis: 0, 0..<20)).absolute().mean().scalar < 0.1)
    #expect(throws: ExampleError.self) { _ = try model.logDensity(x * 0.3) }
  }

  private static func pixelCNN(
    _ stack: PixelCNN.Stack, _ shape: [Int], layers: Int = 2, observation: ObservationModel = .bernoulli,
    classes: Int? = nil
  ) -> PixelCNN {
    MADETests.extreme(
      PixelCNN(
        .init(
          exampleShape: shape, stack: stack, channels: 6, layers: layers, firstKernel: 5,
          observation: observation,
          classCount: classes), seed: 2), factor: 1.5)
  }

  private static func plusPlus(
    _ shape: [Int], halvings: Int = 1,
    observation: ObservationModel = .discretizedLogistic(mixtures: 2, levels: 4),
    classes: Int? = nil
  ) -> PixelCNNPlusPlus {
    MADETests.extreme(
      PixelCNNPlusPlus(
        .init(
          exampleShape: shape, channels: 4, layers: 1, halvings: halvings, dropout: 0.2,
          observation: observation,
          classCount: classes), seed: 3), factor: 1.2)
  }

  @Test("Probabilities of all 3 × 3 images add up to 1")
  func addsUp() throws {
    let images = MADETests.allBits(9).reshaped([512, 3, 3, 1])
    for stack in PixelCNN.Stack.allCases {
      let sum = MADETests.total(try Self.pixelCNN(stack, [3, 3, 1]).logDensity(images))
      #expect(abs(sum - 1) < 1e-4, "\(stack): \(sum)")
    }
    let classes = Self.pixelCNN(.gated, [3, 3, 1], classes: 2)
    #expect(abs(MADETests.total(try classes.logDensity(images)) - 1) < 1e-4)
    let even = MADETests.allBits(8).reshaped([256, 4, 2, 1])
    let model = Self.plusPlus([4, 2, 1], observation: .discretizedLogistic(mixtures: 2, levels: 2))
    #expect(abs(MADETests.total(try model.logDensity(even)) - 1) < 1e-4)
  }

  /// Which pixels' numbers change when one pixel does.
  private func dependents(
    _ shape: [Int], of place: (Int, Int), _ parameters: (Tensor) -> Tensor
  ) -> Set<Int> {
    var random = RandomGenerator(seed: 4)
    let x = random.bernoulli(Shape([1] + shape), probability: 0.5)
    var changed = x
    for channel in 0..<shape[2] {
      changed[0, place.0, place.1, channel] = 1 - x[0, place.0, place.1, channel]
    }
    let (before, after) = (parameters(x), parameters(changed))
    let count = before.shape[3]
    return Set(
      (0..<shape[0] * shape[1]).filter { pixel in
        (0..<count).contains {
          before[0, pixel / shape[1], pixel % shape[1], $0]
            != after[0, pixel / shape[1], pixel % shape[1], $0]
        }
      })
  }

  @Test("Numbers of a pixel depend on the pixels before it alone; the gated stacks see all of them")
  func causality() {
    let shape = [6, 6, 1]
    for place in [(0, 0), (0, 5), (2, 3), (3, 0), (5, 4), (5, 5)] {
      let own = place.0 * 6 + place.1
      for stack in PixelCNN.Stack.allCases {
        let model = Self.pixelCNN(stack, shape, layers: 5)
        let found = dependents(shape, of: place) { model.parameters(of: $0) }
        #expect(found.allSatisfy { $0 > own }, "\(stack), \(place): \(found)")
        if stack == .gated { #expect(found == Set(own + 1..<36), "a blind spot: \(place), \(found)") }
      }
      let model = Self.plusPlus([8, 8, 1], halvings: 2)
      let large = dependents([8, 8, 1], of: place) { model.parameters(of: $0) }
      #expect(large.allSatisfy { $0 > place.0 * 8 + place.1 }, "PixelCNN++, \(place): \(large)")
      #expect(large.count > (63 - place.0 * 8 - place.1) / 2)
    }
  }

  /// Draws made with whole passes, pixel by pixel.
  private func slow(
    _ shape: [Int], count: Int, _ observation: ObservationModel, _ random: inout RandomGenerator,
    _ parameters: (Tensor) -> Tensor
  ) -> Tensor {
    var x = Tensor.zeros(Shape([count] + shape))
    for row in 0..<shape[0] {
      for column in 0..<shape[1] {
        let numbers = parameters(x).sliced(axis: 1, row..<row + 1).sliced(axis: 2, column..<column + 1)
        let drawn = observation.sample(
          numbers.reshaped([count, numbers.shape[3]]), channels: shape[2], using: &random)
        for image in 0..<count {
          for channel in 0..<shape[2] { x[image, row, column, channel] = drawn[image, channel] }
        }
      }
    }
    return x
  }

  @Test("Draws with kept rows are those of whole passes")
  func cached() {
    for stack in PixelCNN.Stack.allCases {
      let observation = ObservationModel.discretizedLogistic(mixtures: 2, levels: 8)
      let model = Self.pixelCNN(stack, [6, 5, 1], observation: observation)
      var (fast, whole) = (RandomGenerator(seed: 5), RandomGenerator(seed: 5))
      #expect(
        model.sample(count: 4, using: &fast)
          == slow([6, 5, 1], count: 4, observation, &whole) { model.parameters(of: $0) }, "\(stack)")
    }
    for (shape, halvings) in [([4, 4, 3], 0), ([4, 8, 1], 1), ([8, 8, 3], 2)] {
      let observation = ObservationModel.discretizedLogistic(mixtures: 2, levels: 4)
      let model = Self.plusPlus(shape, halvings: halvings, observation: observation)
      var (fast, whole) = (RandomGenerator(seed: 6), RandomGenerator(seed: 6))
      #expect(
        model.sample(count: 3, using: &fast)
          == slow(shape, count: 3, observation, &whole) { model.parameters(of: $0) }, "\(shape)")
    }
  }

  @Test("Unreasonable architectures, and classes without labels, are refused in words")
  func refusals() throws {
    for architecture in [
      PixelCNN.Architecture(exampleShape: [4, 4]), .init(exampleShape: [4, 4, 1], firstKernel: 4),
      .init(exampleShape: [4, 4, 1], channels: 0), .init(exampleShape: [4, 4, 1], observation: .gaussian),
      .init(exampleShape: [4, 4, 1], classCount: 0),
    ] { #expect(throws: ModelFileError.self) { try PixelCNN.validating(architecture, seed: 1) } }
    for architecture in [
      PixelCNNPlusPlus.Architecture(exampleShape: [6, 6, 1]), .init(exampleShape: [4, 4, 1], dropout: 1),
      .init(exampleShape: [4, 4, 1], layers: 0),
    ] { #expect(throws: ModelFileError.self) { try PixelCNNPlusPlus.validating(architecture, seed: 1) } }
    #expect(throws: ExampleError.labelsMissing(classes: 2)) {
      _ = try Self.pixelCNN(.gated, [3, 3, 1], classes: 2).train(
        on: .zeros([2, 3, 3, 1]), settings: DensityTraining(trainer: Trainer()))
    }
  }
}
