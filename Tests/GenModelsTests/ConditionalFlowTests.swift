import Foundation
import GenModels
import Testing

@Suite("Flows given continuous numbers, and flows below a classifier")
struct ConditionalFlowTests {
  /// x = 3 c + 0.5 noise in both coordinates, with c a number about 40 of deviation 2.
  private func moving(_ count: Int, seed: UInt64) -> (x: Tensor, context: Tensor) {
    var random = RandomGenerator(seed: seed)
    let context = random.normal([count, 1], mean: 40, standardDeviation: 2)
    let centres = Tensor.concatenate([context * 3, context * -1], axis: 1)
    return (centres + random.normal([count, 2]) * 0.5, context)
  }

  @Test("A density learns to follow its context")
  func follows() throws {
    let (x, context) = moving(2000, seed: 1)
    let flow = try ConditionalFlow.fresh(
      .realNVP(features: 2, couplings: 4, hidden: [32]), contextSize: 1, seed: 1)
    let trained = try flow.train(
      on: x, context: context,
      trainer: Trainer(
        optimizer: Adam(learningRate: 5e-3), epochs: 40, batchSize: 200, schedule: .cosine(),
        clipping: .norm(50))
    ).model
    let test = moving(500, seed: 2)
    let nats = try trained.logDensity(test.x, context: test.context).reduce(0, +) / 500
    // The law itself has 2 (−ln(0.5 √(2π)) − 1/2).
    let truth = 2 * (-log(0.5 * (2 * Double.pi).squareRoot()) - 0.5)
    #expect(nats > truth - 0.35 && nats < truth + 0.1)
    // Another context's points lie 6 and 2 away.
    let wrong = try trained.logDensity(test.x, context: test.context + 2).reduce(0, +) / 500
    #expect(wrong < nats - 10)
    var random = RandomGenerator(seed: 3)
    let drawn = trained.sample(context: Tensor([37, 43], shape: [2, 1]), using: &random)
    #expect(abs(drawn[0, 0] - 111) < 3 && abs(drawn[1, 0] - 129) < 3)
  }

  @Test("A context of another length, without classes, or not finite is refused")
  func refusals() throws {
    let flow = try ConditionalFlow.fresh(
      .realNVP(features: 2, couplings: 2, hidden: [4]), contextSize: 2, seed: 1)
    let x = Tensor.zeros([3, 2])
    for context in [Tensor.zeros([3, 1]), .zeros([2, 2]), Tensor(repeating: .nan, shape: [3, 2])] {
      #expect(throws: ExampleError.self) { try flow.logDensity(x, context: context) }
      #expect(throws: ExampleError.self) { try flow.train(on: x, context: context, trainer: Trainer()) }
    }
    #expect(throws: ModelFileError.self) {
      try ConditionalFlow.fresh(.realNVP(features: 2), contextSize: 0, seed: 1)
    }
    #expect(throws: ModelFileError.self) {
      try ConditionalFlow.fresh(.realNVP(features: 2, classCount: 3), contextSize: 1, seed: 1)
    }
  }

  @Test("A hybrid classifies from its latents, and keeps the density of a flow")
  func hybrid() throws {
    var random = RandomGenerator(seed: 4)
    let labels = Indexes((0..<900).map { $0 % 3 })
    let centres: [[Float]] = [[-3, -2], [3, -2], [0, 4]]
    let x =
      Tensor((0..<900).flatMap { centres[$0 % 3] }, shape: [900, 2]) + random.normal([900, 2]) * 0.5
    let start = HybridFlow(.realNVP(features: 2, couplings: 4, hidden: [32]), classes: 3, seed: 1)
    let trainer = Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 15, batchSize: 90, clipping: .norm(50))
    let both = try start.train(on: x, labels: labels, trainer: trainer).model
    #expect(try both.error(x, labels: labels) < 0.01)
    let nats = try both.logDensity(x).reduce(0, +) / 900
    // A single Gaussian of the same moments is farther from the three clouds.
    let gaussian = try GaussianMixture(fitting: Matrix(x), components: 1)
    #expect(try nats > gaussian.logDensity(Matrix(x)).reduce(0, +) / 900)
    #expect(try both.features(x).shape == [900, 2])
    #expect(throws: OutlierGenerationError.self) {
      try start.train(on: x, labels: labels, densityWeight: -1, trainer: trainer)
    }
    #expect(throws: ExampleError.self) {
      try start.train(on: x, labels: Indexes([Int](repeating: 3, count: 900)), trainer: trainer)
    }
  }
}
