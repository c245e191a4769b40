import Foundation
import GenModels
import Testing

@Suite("Sliced Wasserstein distances, and flows trained on other criteria than likelihood")
struct SlicedWassersteinTests {
  private func normal(_ shape: Shape, seed: UInt64) -> Tensor {
    var random = RandomGenerator(seed: seed)
    return random.normal(shape)
  }

  @Test("Zero for equal sets in any order, symmetric, and ‖δ‖ / √D for a shift")
  func knownCases() throws {
    let x = normal([400, 4], seed: 1)
    var random = RandomGenerator(seed: 2)
    let distance = SlicedWasserstein(directions: 2000)
    #expect(try distance.distance(x, x.rows(random.permutation(400))) == 0)
    let y = normal([250, 4], seed: 3) * 2
    #expect(try distance.distance(x, y) == distance.distance(y, x))
    let shift = Tensor([1, -2, 0, 2])
    // ‖δ‖ = 3.
    #expect(abs(try distance.distance(x, x + shift) - 1.5) < 0.05)
    // Each example three times over is the same distribution.
    #expect(try distance.distance(x, .concatenate([x, x, x], axis: 0)) < 1e-6)
  }

  @Test("On a line, numbers by hand")
  func byHand() throws {
    let (a, b) = (Tensor([0, 1], shape: [2, 1]), Tensor([1, 0, 1], shape: [3, 1]))
    // The quantiles differ by 1 between 1/3 and 1/2.
    #expect(abs(try SlicedWasserstein(directions: 3, order: 1).distance(a, b) - 1.0 / 6) < 1e-7)
    #expect(
      abs(try SlicedWasserstein(directions: 3, order: 2).distance(a, b) - (1.0 / 6).squareRoot()) < 1e-7)
    let far = Tensor([-3, 5, .leastNonzeroMagnitude, -0.0], shape: [4, 1])
    #expect(abs(try SlicedWasserstein(order: 1).distance(far, .zeros([4, 1])) - 2) < 1e-6)
    #expect(abs(try SlicedWasserstein(order: 3).distance(a, .zeros([2, 1])) - 0.7937005) < 1e-6)
  }

  @Test("The recorded loss is the squared distance, and its gradient moves numbers to those of their rank")
  func loss() throws {
    let x = normal([30, 3], seed: 4)
    let y = normal([30, 3], seed: 5) + 1
    let (value, gradient) = valueWithGradient(at: x) { x in
      var random = RandomGenerator(seed: 0).split("sliced Wasserstein")
      return SlicedWasserstein(directions: 64).loss(x, target: y, using: &random)
    }
    let expected = try SlicedWasserstein(directions: 64, seed: 0).distance(x, y)
    #expect(abs(Double(value.scalar) - expected * expected) < 1e-5)
    let better = try SlicedWasserstein(directions: 64, seed: 0).distance(x - gradient * 10, y)
    #expect(better < expected)
    let line = Tensor([5, 1, 3], shape: [3, 1])
    let pull = GenModels.gradient(at: line) { x in
      var random = RandomGenerator(seed: 0)
      return SlicedWasserstein(directions: 1).loss(
        x, target: Tensor([0, 4, 2], shape: [3, 1]), using: &random)
    }
    // Ranks 1, 3, 5 against 0, 2, 4: all 1 too far.
    #expect(pull.elements.allSatisfy { abs($0 - 2.0 / 3) < 1e-6 })
  }

  @Test("The same bits on one thread and on two")
  func bits() throws {
    let (x, y) = (normal([500, 20], seed: 6), normal([300, 20], seed: 7))
    let one = try Parallelism.withThreads(1) { try SlicedWasserstein().distance(x, y) }
    #expect(try Parallelism.withThreads(2) { try SlicedWasserstein().distance(x, y) } == one)
  }

  @Test("Empty sets, other shapes, NaN: errors")
  func refusals() {
    let distance = SlicedWasserstein()
    #expect(throws: TrainingError.noExamples) { try distance.distance(.zeros([0, 2]), .zeros([3, 2])) }
    #expect(throws: ExampleError.self) { try distance.distance(.zeros([3, 2]), .zeros([3, 3])) }
    #expect(throws: ExampleError.self) {
      try distance.distance(Tensor([.nan], shape: [1, 1]), .zeros([3, 1]))
    }
    #expect(throws: ExampleError.noExampleAxis) { try distance.distance(Tensor(1), Tensor(1)) }
  }
}

@Suite("Flows trained on other criteria than likelihood")
struct FlowCriterionTests {
  private static let affine = Flow.Architecture(
    exampleShape: [2], bijections: [.activationNormalization, .linear])

  /// ln p of N(μ, diag σ²), normalised.
  private static func gaussian(_ x: Variable, mean: Tensor, deviation: Tensor) -> Variable {
    ((x - mean) / deviation).standardNormalLogDensity() - deviation.log().sum().scalar
  }

  @Test("KL from a Gaussian to a Gaussian is the exact one")
  func exactDivergence() throws {
    let (mean, deviation) = (Tensor([1, -0.5]), Tensor([2, 0.5]))
    let flow = Flow(.init(exampleShape: [2], bijections: []), seed: 1)
    var losses: [Double] = []
    let trainer = Trainer(optimizer: SGD(learningRate: 0.1), epochs: 1, batchSize: 20_000)
    _ = try flow.train(
      towards: { Self.gaussian($0, mean: mean, deviation: deviation) }, stepsPerEpoch: 20, trainer: trainer,
      progress: { losses.append($0.loss) })
    // Σ ln σ + (1 + μ²) / 2σ² − 1/2.
    let exact =
      zip([1.0, -0.5], [2.0, 0.5]).reduce(0) {
        $0 + log($1.1) + (1 + $1.0 * $1.0) / (2 * $1.1 * $1.1) - 0.5
      }
    let found = losses.reduce(0, +) / Double(losses.count)
    let spread = (losses.reduce(0) { $0 + ($1 - found) * ($1 - found) } / 19 / 20).squareRoot()
    #expect(abs(found - exact) < 4 * spread + 1e-3, "\(found), \(exact)")
  }

  @Test("An affine flow trained towards a Gaussian becomes it, to a divergence of 0")
  func becomesTarget() throws {
    let (mean, deviation) = (Tensor([3, -1]), Tensor([2, 0.3]))
    let trainer = Trainer(
      optimizer: Adam(learningRate: 0.05), epochs: 8, batchSize: 100, seed: 1, schedule: .cosine())
    let result = try Flow(Self.affine, seed: 1).train(
      towards: { Self.gaussian($0, mean: mean, deviation: deviation) }, trainer: trainer)
    #expect(abs(result.history.last!.loss) < 0.01)
    var random = RandomGenerator(seed: 2)
    let drawn = result.model.sample(count: 20_000, using: &random)
    #expect(abs(drawn.mean(axes: [0])[0] - 3) < 0.1 && abs(drawn.mean(axes: [0])[1] + 1) < 0.05)
  }

  @Test(
    "Each criterion moves an affine flow onto data",
    arguments: [
      FlowCriterion.kullbackLeibler, .slicedWasserstein(directions: 32),
      .adversarial(.jensenShannon), .adversarial(.reverseKullbackLeibler),
      .adversarial(.wasserstein), .adversarial(.jensenShannon, likelihoodWeight: 1),
    ])
  func criteria(_ criterion: FlowCriterion) throws {
    var random = RandomGenerator(seed: 1)
    let x = random.normal([500, 2]) * Tensor([0.5, 1.5]) + Tensor([2, -3])
    // Nothing is set from data here, so that the criterion has all to do.
    let flow = Flow(
      .init(exampleShape: [2], bijections: [.linear, .coupling(hidden: [8]), .inverse(.linear)]), seed: 2)
    let start = try SlicedWasserstein().distance(flow.sample(count: 500, using: &random), x)
    let trainer = Trainer(
      optimizer: Adam(learningRate: 0.01, beta1: 0.5), epochs: 60, batchSize: 100, seed: 3)
    let result = try flow.train(
      on: x, by: criterion,
      settings: FlowCriterionTraining(
        trainer: trainer, discriminator: AdversarialLayers.encoder([2], hidden: [16], outputs: 1)))
    let end = try SlicedWasserstein().distance(result.model.sample(count: 500, using: &random), x)
    #expect(end < start / 2, "\(criterion): \(start) to \(end)")
  }

  @Test("A draw's recorded log-density is the flow's own")
  func recorded() throws {
    let flow = Flow(.realNVP(features: 3, couplings: 3, hidden: [8], standardizes: false), seed: 4)
    var (examples, nats): (Tensor?, Tensor?) = (nil, nil)
    _ = try Trainer(optimizer: SGD(learningRate: 1e-9), epochs: 1, batchSize: 5).train(
      flow, on: TrainingSet(.zeros([5]))
    ) { flow, batch, scope in
      var random = RandomGenerator(seed: 5)
      let drawn = flow.recordedSample(count: 5, scope, using: &random)
      (examples, nats) = (drawn.examples.tensor, drawn.logDensity.tensor)
      return drawn.logDensity.mean()
    }
    let expected = try flow.logDensity(try #require(examples))
    #expect(zip(expected, try #require(nats).elements).allSatisfy { abs($0 - Double($1)) < 1e-4 })
  }

  @Test("Flows with classes, networks that don't fit, targets of other examples: errors")
  func refusals() throws {
    let settings = FlowCriterionTraining(trainer: Trainer(epochs: 1))
    let classes = Flow(.realNVP(features: 2, couplings: 1, hidden: [4], classCount: 2), seed: 1)
    #expect(throws: FlowCriterionError.conditional) {
      try classes.train(on: .zeros([4, 2]), by: .slicedWasserstein(), settings: settings)
    }
    let flow = Flow(Self.affine, seed: 1)
    #expect(throws: FlowCriterionError.self) {
      try flow.train(on: .ones([4, 2]), by: .adversarial(.jensenShannon), settings: settings)
    }
    #expect(throws: FlowCriterionError.self) {
      try flow.train(on: .ones([4, 2]), by: .slicedWasserstein(directions: 0), settings: settings)
    }
    #expect(throws: FlowCriterionError.unexpectedTarget(found: [3], expected: [2])) {
      try flow.train(
        towards: Flow(.realNVP(features: 3, couplings: 1, hidden: [4]), seed: 1), trainer: Trainer(epochs: 1))
    }
    #expect(throws: ExampleError.self) {
      try flow.train(on: Tensor([.nan, 0], shape: [1, 2]), by: .slicedWasserstein(), settings: settings)
    }
  }
}
