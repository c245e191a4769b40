import GenModels
import Testing

/// E(x) = ‖x‖² / 2s²: a Gaussian of deviation s, whose ln Z is known.
private struct GaussianEnergy: DifferentiableEnergy {
  let exampleShape: Shape
  var deviation: Float

  func recordedEnergy<Value: TensorAlgebra>(_ x: Value) -> Value {
    x.squared().sum(axes: [1]) * (0.5 / (deviation * deviation))
  }
}

private func variance(_ x: Tensor) -> Double {
  let mean = Double(x.mean().scalar)
  return x.elements.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count)
}

@Suite("Energy models, their chains and their training")
struct EnergyModelTests {
  @Test("An energy is trained on a table, scored, drawn from, saved and loaded")
  func usage() throws {
    var random = RandomGenerator(seed: 1)
    // Columns in units of their own.
    let table = random.normal([400, 2]) * Tensor([3, 0.1]) + Tensor([10, -2])
    let energy = EnergyModel(.dense(features: 2, hidden: [16]), seed: 1)
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01, beta1: 0), epochs: 12, batchSize: 50)
    let trained = try energy.train(on: table, by: ContrastiveDivergence(capacity: 200), trainer: trainer)
      .model
    let far = Tensor([30, -2, 10, -1], shape: [2, 2])
    let usual = try trained.energy(table).reduce(0, +) / 400
    #expect(try trained.energy(far).allSatisfy { $0 > usual })
    let drawn = try trained.sample(count: 200, using: &random)
    #expect(abs(drawn.mean(axes: [0])[0] - 10) < 2 && abs(drawn.mean(axes: [0])[1] + 2) < 0.1)
    let loaded = try EnergyModel(safetensors: trained.safetensors())
    #expect(try loaded.energy(table) == trained.energy(table))
  }

  @Test(
    "Unadjusted Langevin dynamics on a Gaussian has the variance s² / (1 − η / 2s²)", arguments: [0.02, 0.5])
  func stationaryLaw(stepSize: Float) throws {
    let model = GaussianEnergy(exampleShape: [2], deviation: 1.5)
    var random = RandomGenerator(seed: 3)
    let steps = Int(8 / stepSize) + 200
    let x = try LangevinDynamics.unadjusted(stepSize: stepSize, steps: steps)
      .run(model, from: random.normal([4000, 2]), using: &random)
    let expected = 2.25 / (1 - Double(stepSize) / 4.5)
    // Four standard errors of a variance of 8,000 numbers.
    #expect(abs(variance(x) / expected - 1) < 4 * (2.0 / 8000).squareRoot())
  }

  @Test("At the temperature T the law is p^(1/T)")
  func temperature() throws {
    let model = GaussianEnergy(exampleShape: [1], deviation: 1)
    var random = RandomGenerator(seed: 4)
    var dynamics = LangevinDynamics.unadjusted(stepSize: 0.05, steps: 300)
    dynamics.temperature = 4
    let x = try dynamics.run(model, from: random.normal([4000, 1]), using: &random)
    #expect(abs(variance(x) / (4 / (1 - 0.05 / 8)) - 1) < 0.1)
  }

  @Test("Chains keep to their range, and have the same bits on any number of threads")
  func ranges() throws {
    let model = EnergyModel(.convolutional(exampleShape: [8, 8, 1], maps: 2, hidden: 4), seed: 1)
    let drawn = try [1, 3].map { threads in
      try Parallelism.withThreads(threads) {
        var random = RandomGenerator(seed: 5)
        return try model.sample(count: 6, using: &random)
      }
    }
    #expect(drawn[0] == drawn[1])
    #expect(drawn[0].elements.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test("A chain that runs away is found, and said with the step")
  func explosions() throws {
    let model = GaussianEnergy(exampleShape: [2], deviation: 0.1)
    var random = RandomGenerator(seed: 6)
    #expect {
      try LangevinDynamics.unadjusted(stepSize: 1, steps: 100)
        .run(model, from: Tensor.ones([3, 2]), using: &random)
    } throws: { error in
      guard case .chainExploded(let step, let chain)? = error as? EnergyError else { return false }
      return (2...10).contains(step) && (0..<3).contains(chain)
    }
  }

  @Test("What makes no sense is a typed error")
  func refusals() throws {
    let two = Sequential([.dense(units: 2)], exampleShape: [3], seed: 1)
    #expect(throws: EnergyError.notScalar(found: [2])) {
      try EnergyModel(two, dynamics: .images, start: .normal(deviation: 1))
    }
    let model = EnergyModel(.dense(features: 2, hidden: [3]), seed: 1)
    var random = RandomGenerator(seed: 1)
    for temperature in [0, -1, Float.nan, .infinity] {
      var dynamics = LangevinDynamics.images
      dynamics.temperature = temperature
      #expect(throws: EnergyError.self) { try model.sample(count: 1, by: dynamics, using: &random) }
    }
    let x = Tensor.zeros([4, 2])
    #expect(throws: EnergyError.self) { try model.train(on: x, by: ContrastiveDivergence(capacity: 0)) }
    #expect(throws: EnergyError.self) { try model.train(on: x, by: ContrastiveDivergence(reuse: 2)) }
    #expect(throws: EnergyError.self) { try model.train(on: x, by: DenoisingScoreMatching(noise: 0)) }
    #expect(throws: EnergyError.self) { try model.train(on: x, by: SlicedScoreMatching(projections: 0)) }
    #expect(throws: EnergyError.self) {
      try model.train(on: x, by: NoiseContrastiveEstimation(noisePerExample: 0))
    }
    #expect(throws: ExampleError.self) { try model.train(on: .zeros([4, 3]), by: ContrastiveDivergence()) }
    #expect(throws: ExampleError.self) {
      try model.train(on: Tensor([.nan, 0], shape: [1, 2]), by: ContrastiveDivergence())
    }
    #expect(throws: TrainingError.noExamples) {
      try model.train(on: .zeros([0, 2]), by: ContrastiveDivergence())
    }
    #expect(throws: EnergyError.noMembers) { try EnergySum([]) }
    #expect(throws: EnergyError.exampleShapesDiffer([2], [3])) {
      try EnergySum([model, EnergyModel(.dense(features: 3, hidden: [2]), seed: 1)])
    }
    #expect(throws: EnergyError.self) { try EnergySum([model], weights: [.nan]) }
    #expect(throws: EnergyError.self) {
      try AnnealedImportanceSampling(chains: 1).estimate(model, from: .normal(fitting: x))
    }
    #expect(throws: EnergyError.self) {
      try AnnealedImportanceSampling().estimate(model, from: .uniform(lower: 1, upper: 0))
    }
  }

  @Test("A sum of Gaussian energies is the energy of their product")
  func composition() throws {
    let sum = try EnergySum(
      [GaussianEnergy(exampleShape: [3], deviation: 1), GaussianEnergy(exampleShape: [3], deviation: 0.5)],
      weights: [1, 0.5])
    var random = RandomGenerator(seed: 2)
    let x = random.normal([5, 3])
    // 1 + 0.5 · 4 = 3 times ‖x‖² / 2.
    let product = GaussianEnergy(exampleShape: [3], deviation: (1 / Float(3)).squareRoot())
    for (found, expected) in zip(try sum.energy(x), try product.energy(x)) {
      #expect(abs(found - expected) < 1e-5 * max(1, expected))
    }
  }

  @Test(
    "Contrastive divergence has the same bits on any number of threads, and after a stop and a resumption")
  func resumption() throws {
    var random = RandomGenerator(seed: 7)
    let x = random.normal([60, 2])
    let model = EnergyModel(.dense(features: 2, hidden: [5], isSpectral: true), seed: 2)
    var trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 3, batchSize: 20, seed: 4)
    let criterion = ContrastiveDivergence(capacity: 50)
    let straight = try Parallelism.withThreads(1) {
      try model.train(on: x, by: criterion, trainer: trainer).model
    }
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      trainer.checkpointing = Checkpointing(path: folder + "/checkpoint", everySteps: 1)
      #expect(throws: Stop.self) {
        try model.train(on: x, by: criterion, trainer: trainer) { if $0.step == 5 { throw Stop() } }
      }
      #expect(throws: TrainingError.self) {
        try model.train(on: x, by: ContrastiveDivergence(capacity: 51), trainer: trainer)
      }
      let resumed = try Parallelism.withThreads(3) {
        try model.train(on: x, by: criterion, trainer: trainer).model
      }
      #expect(try resumed.energy(x) == straight.energy(x))
    }
  }

  @Test("A joint energy model learns classes, and its energy is minus the logits' log-sum-exp")
  func joint() throws {
    var random = RandomGenerator(seed: 8)
    let labels = Indexes((0..<64).map { $0 % 2 })
    // Bright images and dark ones.
    let shade = Tensor((0..<64).map { $0 % 2 == 0 ? Float(0.1) : 0.8 }, shape: [64, 1, 1, 1])
    let x = random.uniform([64, 8, 8, 1], in: 0..<0.2) + shade
    let model = JointEnergyModel(
      .convolutional(exampleShape: [8, 8, 1], classes: 2, maps: 2, hidden: 6), seed: 1)
    var trainer = JointEnergyModel.trainer
    (trainer.epochs, trainer.batchSize, trainer.optimizer) = (6, 16, Adam(learningRate: 0.01))
    let trained = try model.train(
      on: x, labels: labels, weight: 0.1, by: ContrastiveDivergence(capacity: 40), trainer: trainer
    ).model
    #expect(try trained.error(x, labels: labels) == 0)
    let sums = try trained.logits(x).logSumExp().elements
    for (energy, sum) in zip(try trained.energy(x), sums) { #expect(abs(energy + Double(sum)) < 1e-4) }
    let drawn = try trained.sample(labels: Indexes([1, 1]), using: &random)
    #expect(drawn.shape == [2, 8, 8, 1])
    #expect(throws: ExampleError.self) { try trained.sample(labels: Indexes([2]), using: &random) }
  }
}
