import Foundation
import GenModels
import Testing

/// Points around (4, −2).
private func points(_ count: Int, seed: UInt64 = 1) -> Tensor {
  var random = RandomGenerator(seed: seed)
  return random.normal([count, 2], mean: 0, standardDeviation: 0.5) + Tensor([4, -2])
}

private func training(epochs: Int = 40, criticSteps: Int = 2, path: String? = nil) -> AdversarialTraining {
  AdversarialTraining(
    trainer: Trainer(
      optimizer: Adam(learningRate: 5e-3, beta1: 0, beta2: 0.9), epochs: epochs, batchSize: 40, seed: 2,
      checkpointing: path.map { Checkpointing(path: $0, everySteps: 1) }), criticSteps: criticSteps)
}

private func network(_ divergence: AdversarialDivergence) -> GenerativeAdversarialNetwork {
  GenerativeAdversarialNetwork(
    .dense(exampleShape: [2], hidden: [16], latent: 2, divergence: divergence), seed: 1)
}

@Suite("Generators trained against critics")
struct AdversarialTests {
  @Test(
    "Ten lines: train, draw, ask; the report says how near the draws come",
    arguments: [AdversarialDivergence.jensenShannon, .reverseKullbackLeibler, .wasserstein])
  func usage(_ divergence: AdversarialDivergence) throws {
    var settings = training()
    // A critic with slope 1 pulls as hard from near as from far: only a falling rate comes to rest.
    if divergence == .wasserstein {
      settings = training(epochs: 200, criticSteps: 3)
      settings.trainer.schedule = .cosine()
    }
    let trained = try network(divergence).train(
      on: points(400), heldOut: points(100, seed: 2), settings: settings)
    let coverage = try #require(trained.coverage)
    #expect(!coverage.isCollapsed)
    #expect(coverage.trained < coverage.untrained / 2)
    #expect(trained.training.history.last?.validationLoss == coverage.trained)
    var random = RandomGenerator(seed: 3)
    let drawn = trained.model.sample(count: 300, using: &random)
    #expect(abs(drawn.mean(axes: [0])[0] - 4) < 1)
    #expect(try trained.model.score(points(3)).count == 3)
  }

  @Test("A generator that makes one point is called collapsed")
  func collapse() {
    #expect(SampleCoverage(trained: 0.9, untrained: 1, examples: 0.1).isCollapsed)
    #expect(!SampleCoverage(trained: 0.2, untrained: 1, examples: 0.1).isCollapsed)
  }

  @Test("An energy-based network reconstructs examples better than what lies beside them")
  func energyBased() throws {
    var architecture = EnergyBasedGAN.Architecture.dense(
      exampleShape: [2], hidden: [16], code: 1, latent: 2, output: .identity, margin: 1)
    let model = EnergyBasedGAN(architecture, seed: 1)
    let trained = try model.train(on: points(400), heldOut: points(50, seed: 2), settings: training()).model
    let (near, far) = (try trained.score(points(50, seed: 3)), try trained.score(-points(50, seed: 3)))
    #expect(near.reduce(0, +) < far.reduce(0, +) / 2)
    let errors = try trained.reconstructionError(points(50, seed: 3), norm: .l2)
    #expect(zip(near, errors.elements).allSatisfy { abs($0 - Double($1)) < 1e-6 })
    architecture.margin = -1
    #expect(throws: ModelFileError.self) { try EnergyBasedGAN.validating(architecture, seed: 1) }
  }

  @Test("f-AnoGAN: network and encoder in one training, or the encoder of a network that is there")
  func fastAnoGAN() throws {
    let encoder = AdversarialLayers.encoder([2], hidden: [16], outputs: 2)
    let settings = FastAnoGANTraining(
      network: training(epochs: 20), encoderEpochs: 15, encoderOptimizer: RMSProp(learningRate: 5e-3))
    let whole = try FastAnoGAN(
      FastAnoGAN.Architecture(network: network(.wasserstein).configuration, encoder: encoder), seed: 1
    ).train(on: points(400), heldOut: points(50, seed: 2), settings: settings)
    #expect(whole.training.history.count == 35)
    let (near, far) = (
      try whole.model.score(points(50, seed: 3)), try whole.model.score(-points(50, seed: 3))
    )
    #expect(near.reduce(0, +) < far.reduce(0, +))

    let kept = network(.wasserstein)
    let second = try FastAnoGAN(of: kept, encoder: encoder, seed: 1)
      .train(on: points(100), settings: settings, keepingNetwork: true)
    #expect(second.model.network.namedTensors.map(\.tensor) == kept.namedTensors.map(\.tensor))
    #expect(second.training.history.count == 15)
    #expect(second.training.history.last!.loss < second.training.history[0].loss)
  }

  @Test("The same bits on one thread and on two, and after a stop and a resumption")
  func bits() throws {
    let folder = NSTemporaryDirectory() + "/adversarial-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    struct Stop: Error {}
    func model(path: String? = nil, stop: Int? = nil) throws -> [Tensor] {
      try FastAnoGAN(
        FastAnoGAN.Architecture(
          network: network(.wasserstein).configuration,
          encoder: AdversarialLayers.encoder([2], hidden: [4], outputs: 2)), seed: 1
      ).train(
        on: points(100), heldOut: points(20, seed: 2),
        settings: FastAnoGANTraining(network: training(epochs: 2, path: path), encoderEpochs: 2),
        progress: { if $0.step == stop { throw Stop() } }
      ).model.namedTensors.map(\.tensor)
    }
    let first = try Parallelism.withThreads(1) { try model() }
    #expect(try Parallelism.withThreads(2) { try model() } == first)
    // In the middle of the critic's steps, before the encoder's first, and within those.
    for stop in [3, 6, 8] {
      let path = folder + "/checkpoint-\(stop)"
      #expect(throws: Stop.self) { try model(path: path, stop: stop) }
      #expect(try model(path: path) == first)
    }
  }

  @Test("A critic moves in every step, its generator after each fifth alone, with a rule of its own")
  func turns() throws {
    var settings = training(epochs: 1, criticSteps: 5)
    settings.generatorOptimizer = SGD(learningRate: 0.1)
    var generators: [[Tensor]] = []
    let start = network(.wasserstein)
    for steps in [4, 5, 9, 10] {
      let model = try start.train(on: points(40 * steps), settings: settings).model
      #expect(
        model.namedParameters.first { $0.name.hasPrefix("discriminator") }!.tensor
          != start.namedParameters.first { $0.name.hasPrefix("discriminator") }!.tensor)
      generators.append(model.namedParameters.filter { $0.name.hasPrefix("generator") }.map(\.tensor))
    }
    let fresh = start.namedParameters.filter { $0.name.hasPrefix("generator") }.map(\.tensor)
    #expect(generators[0] == fresh)
    #expect(generators[1] != fresh)
    #expect(generators[3] != generators[1])
  }

  @Test("Bad examples and networks that make no sense are refused")
  func refusals() throws {
    let model = network(.wasserstein)
    #expect(throws: ExampleError.self) {
      try model.train(on: Tensor([1, .nan], shape: [1, 2]), settings: .wasserstein)
    }
    #expect(throws: ExampleError.self) { try model.train(on: .zeros([4, 3]), settings: .wasserstein) }
    #expect(throws: TrainingError.noExamples) { try model.train(on: .zeros([0, 2]), settings: .wasserstein) }
    #expect(throws: ExampleError.self) {
      try model.train(on: points(4), heldOut: .zeros([4, 3]), settings: .wasserstein)
    }
    func refused(_ change: (inout GenerativeAdversarialNetwork.Architecture) -> Void) -> Bool {
      var architecture = model.configuration
      change(&architecture)
      do {
        _ = try GenerativeAdversarialNetwork.validating(architecture, seed: 1)
        return false
      } catch { return true }
    }
    #expect(refused { $0.divergence = .wasserstein(gradientPenalty: .nan) })
    #expect(refused { $0.latent = 0 })
    #expect(refused { $0.exampleShape = [3] })
    #expect(refused { $0.discriminator.append(.dense(units: 2)) })
    #expect(refused { $0.discriminator.insert(.batchNormalization, at: 1) })
  }
}

@Suite("What adversarial losses are, by hand and by finite differences")
struct AdversarialLossTests {
  /// The penalty at fixed points, as a loss of its own.
  private func penalty(_ model: Sequential, _ batch: Batch, _ scope: TrainingScope) -> Variable {
    GradientPenalty.value(at: batch.inputs, scope) { model($0, scope.context) }
  }

  @Test("The penalty's gradient to every weight agrees with finite differences", arguments: [false, true])
  func penaltyReachesWeights(isConvolutional: Bool) throws {
    let layers: [LayerSpecification] =
      isConvolutional
      ? [
        .convolution(channels: 3, kernel: 3, activation: .identity, padding: .same, stride: 2),
        .activation(.softplus), .flatten, .dense(units: 1),
      ]
      : [.dense(units: 6, activation: .tanh), .dense(units: 5, activation: .softplus), .dense(units: 1)]
    let shape: Shape = isConvolutional ? [4, 4, 2] : [3]
    var model = Sequential(layers, exampleShape: shape, seed: 4)
    var random = RandomGenerator(seed: 5)
    let data = try TrainingSet(random.normal(Shape([7] + Array(shape))))
    try model.setTensors(
      Dictionary(
        uniqueKeysWithValues: model.namedTensors.map { ($0.name, random.normal($0.tensor.shape) * 0.7) }))
    // A step of plain descent at the rate 1 is the gradient.
    let trainer = Trainer(optimizer: SGD(learningRate: 1), epochs: 1, batchSize: 7)
    let moved = try trainer.train(model, on: data, loss: penalty).model
    for (index, parameter) in model.namedParameters.enumerated() {
      let gradient = parameter.tensor - moved.namedParameters[index].tensor
      let direction = random.normal(parameter.tensor.shape)
      func value(_ t: Float) throws -> Double {
        var other = model
        var tensors = Dictionary(uniqueKeysWithValues: model.namedTensors.map { ($0.name, $0.tensor) })
        tensors[parameter.name] = parameter.tensor + direction * t
        try other.setTensors(tensors)
        return try trainer.mean(penalty, of: other, on: data)
      }
      let step: Float = 1e-2
      let difference =
        (8 * (try value(step) - value(-step)) - (try value(2 * step) - value(-2 * step)))
        / (12 * Double(step))
      let found = Double((gradient * direction).sum().scalar)
      #expect(
        abs(found - difference) < 5e-3 * abs(difference) + 2e-3, "\(parameter.name): \(found), \(difference)")
    }
    // The last bias shifts the critic and leaves its gradient; nothing else may be without one.
    let gradients = zip(model.namedParameters, moved.namedParameters).map { $0.tensor - $1.tensor }
    #expect(gradients.dropLast().allSatisfy { $0.absolute().sum().scalar > 0 })
  }

  @Test("A linear critic's penalty is (‖w‖ − 1)², over all axes of an example")
  func linearPenalty() throws {
    var model = Sequential([.flatten, .dense(units: 1)], exampleShape: [1, 2, 1], seed: 1)
    try model.setTensors(["1.weight": Tensor([3, 4], shape: [2, 1]), "1.bias": Tensor([7])])
    let data = try TrainingSet(.ones([5, 1, 2, 1]))
    let trainer = Trainer(optimizer: SGD(learningRate: 1), epochs: 1, batchSize: 5)
    #expect(abs(try trainer.mean(penalty, of: model, on: data) - 16) < 1e-4)
    // 2 (‖w‖ − 1) w / ‖w‖ = 8 · (0.6, 0.8).
    let moved = try trainer.train(model, on: data, loss: penalty).model.namedTensors[0].tensor
    #expect(abs(moved[0, 0] - (3 - 4.8)) < 1e-4 && abs(moved[1, 0] - (4 - 6.4)) < 1e-4)
  }

  @Test("Points of the penalty lie on the lines between examples and generated ones")
  func penaltyPoints() {
    var random = RandomGenerator(seed: 1)
    let found = GradientPenalty.points(between: .ones([200, 3]), .zeros([200, 3]), using: &random)
    for row in 0..<200 { #expect(found[row, 0] == found[row, 1] && found[row, 0] == found[row, 2]) }
    #expect(abs(found.mean().scalar - 0.5) < 0.1)
    #expect(found.elements.allSatisfy { (0...1).contains($0) })
  }

  @Test("The energy-based hinge and the pull-away term")
  func hinge() {
    let loss = EnergyBasedGAN.discriminatorLoss(Tensor([1, 3]), Tensor([2, 12]), margin: 10)
    // (1 + 3) / 2 + (8 + 0) / 2.
    #expect(loss.scalar == 6)
    // Squared cosines 0, 1/2, 1/2, each twice, over 3 · 2 pairs.
    let pullAway = EnergyBasedGAN.pullAway(Tensor([1, 0, 0, 5, 2, 2], shape: [3, 2]))
    #expect(abs(pullAway.scalar - 1.0 / 3) < 1e-6)
    #expect(EnergyBasedGAN.pullAway(Tensor([1, 2], shape: [1, 2])).scalar == 0)
  }

  @Test("f-AnoGAN's score of a network small enough for paper")
  func anomaly() throws {
    let architecture = GenerativeAdversarialNetwork.Architecture(
      exampleShape: [2], latent: 1, generator: [.dense(units: 2)],
      discriminator: [.dense(units: 2), .dense(units: 1)], divergence: .wasserstein)
    var model = FastAnoGAN(
      FastAnoGAN.Architecture(network: architecture, encoder: [.dense(units: 1)], featureWeight: 0.5), seed: 1
    )
    try model.setTensors([
      // G(z) = (z, 2 z + 1), E(x) = x₀, f(x) = (x₀ + x₁, 2 x₀).
      "network.generator.0.weight": Tensor([1, 2], shape: [1, 2]),
      "network.generator.0.bias": Tensor([0, 1]),
      "network.discriminator.0.weight": Tensor([1, 2, 1, 0], shape: [2, 2]),
      "network.discriminator.0.bias": Tensor([0, 0]),
      "network.discriminator.1.weight": Tensor([1, 1], shape: [2, 1]),
      "network.discriminator.1.bias": Tensor([0]),
      "encoder.0.weight": Tensor([1, 0], shape: [2, 1]), "encoder.0.bias": Tensor([0]),
    ])
    // x = (1, 1): G(E x) = (1, 3), the error 4 / 2; features (2, 2) and (4, 2), their error 4 / 2, times 0.5.
    #expect(try model.score(Tensor([1, 1, 1, 3], shape: [2, 2])) == [3, 0])
  }
}
