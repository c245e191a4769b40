import GenModels
import Testing

@Suite("Flows")
struct FlowTests {
  /// Points on a bent line: x₁ = x₀² / 2 + noise.
  static func bent(_ count: Int, seed: UInt64) -> Tensor {
    var random = RandomGenerator(seed: seed)
    let (a, b) = (random.normal([count]).elements, random.normal([count]).elements)
    var points: [Float] = []
    for (first, noise) in zip(a, b) {
      points.append(first)
      points.append(0.5 * first * first + 0.3 * noise)
    }
    return Tensor(points, shape: [count, 2])
  }

  @Test("Usage: train, score, sample, save")
  func usage() throws {
    let points = Self.bent(4000, seed: 1)
    let flow = Flow(.realNVP(features: 2, couplings: 6), seed: 1)
    let trainer = Trainer(
      optimizer: Adam(learningRate: 2e-3), epochs: 12, batchSize: 128, schedule: .cosine())
    let trained = try flow.train(on: points, trainer: trainer).model

    // The entropy is that of the normals: ln 2πe + ln 0.3.
    let held = Self.bent(4000, seed: 2)
    let nats = try trained.logDensity(held)
    let mean = nats.reduce(0, +) / Double(nats.count)
    let truth = -2.8378770664 + 1.2039728043
    #expect(mean > truth - 0.08 && mean < truth + 0.06, "\(mean) against \(truth)")

    var random = RandomGenerator(seed: 3)
    let draws = trained.sample(count: 2000, using: &random)
    let moments = draws.squared().mean(axes: [0]).elements
    #expect(abs(moments[0] - 1) < 0.2 && abs(moments[1] - 0.84) < 0.35)
    let cold = trained.sample(count: 2000, temperature: 0.5, using: &random)
    let (coldNats, warmNats) = (try trained.logDensity(cold), try trained.logDensity(draws))
    #expect(coldNats.reduce(0, +) > warmNats.reduce(0, +))
  }

  @Test(
    "Densities in the plane integrate to 1",
    arguments: [
      Flow.Architecture.realNVP(features: 2, couplings: 4, hidden: [16]),
      .splineFlow(features: 2, couplings: 3, hidden: [16]), .glow(features: 2, steps: 3, hidden: [16]),
      .maskedAutoregressive(features: 2, layers: 3, hidden: [16]),
      .maskedAutoregressive(features: 2, layers: 2, hidden: [16], transform: .spline()),
      .inverseAutoregressive(features: 2, layers: 2, hidden: [16]),
      .realNVP(features: 2, couplings: 2, hidden: [16], classCount: 2),
      Flow.Architecture(
        exampleShape: [2], bijections: [.coupling(hidden: [8])], base: .classGaussians, classCount: 3),
      Flow.Architecture(
        exampleShape: [2], bijections: [.linear, .coupling(.additive, hidden: [8])], base: .logistic),
      Flow.Architecture(
        exampleShape: [2],
        bijections: [
          .standardization, .sigmoid, .rescaling(scale: 6, shift: -3),
          .coupling(.spline(bins: 6, bound: 3), hidden: [8]),
        ],
        base: .uniform(bound: 3)),
    ])
  func integrates(_ architecture: Flow.Architecture) throws {
    let points = Self.bent(500, seed: 1)
    let labels = architecture.classCount.map { classes in Indexes((0..<500).map { $0 % classes }) }
    let fresh = Flow(architecture, seed: 2)
    let trained = try fresh.train(
      on: points, labels: labels,
      trainer: Trainer(optimizer: Adam(learningRate: 2e-3), epochs: 20, batchSize: 100)
    ).model
    for flow in [trained, fresh.moved(by: 0.2)] {
      // Coarse far away, fine near by: [−40, 40] by 0.2 outside, [−8, 8] by 0.04 inside.
      let inner = try mass(of: flow, extent: 8, step: 0.04, without: 0)
      let outer = try mass(of: flow, extent: 48, step: 0.2, without: 8)
      #expect(abs(inner + outer - 1) < 0.01, "\(inner) + \(outer)")
    }
  }

  /// The integral over a square without a smaller one, by midpoints.
  private func mass(of flow: Flow, extent: Float, step: Float, without hole: Float) throws -> Double {
    let count = Int((2 * extent / step).rounded())
    let places = (0..<count).map { -extent + (Float($0) + 0.5) * step }
    var points: [Float] = []
    for x in places {
      for y in places where max(abs(x), abs(y)) > hole { points += [x, y] }
    }
    let density = try flow.logDensity(Tensor(points, shape: [points.count / 2, 2]))
    return density.reduce(0.0) { $0 + exponential($1) } * Double(step * step)
  }

  private func exponential(_ x: Double) -> Double { Double(Tensor(Float(x)).exp().scalar) }

  @Test("Deep: 32 couplings go there and back within 1e-4 after training, in 784 dimensions, without NaN")
  func deep() throws {
    let (features, count) = (784, 512)
    var random = RandomGenerator(seed: 1)
    // Numbers that depend on each other, of three directions and noise.
    let mixing = random.normal([3, features])
    let x = random.normal([count, 3]).matrixProduct(mixing) + random.normal([count, features]) * 0.3
    let flow = Flow(.realNVP(features: features, couplings: 32, hidden: [32]), seed: 1)
    let result = try flow.train(on: x, trainer: Trainer(epochs: 12, batchSize: 64))
    #expect(result.history.last!.loss < result.history[0].loss - 100)
    let z = result.model.latent(of: x).value
    #expect((result.model.examples(from: z) - x).largestMagnitude < 1e-4 * x.largestMagnitude)
    #expect((result.model.examples(from: z) - x).absolute().mean().scalar < 1e-5)
  }

  @Test("ActNorm starts with mean 0 and variance 1 in each channel")
  func initialization() {
    let x = Self.bent(500, seed: 3) * 4 + 3
    let flow = Flow(
      Flow.Architecture(exampleShape: [2], bijections: [.activationNormalization]), seed: 1
    ).initialized(from: x)
    let z = flow.latent(of: x).value
    #expect(z.mean(axes: [0]).largestMagnitude < 1e-4)
    #expect((z.squared().mean(axes: [0]) - 1).largestMagnitude < 1e-3)
  }

  @Test("Images of grey levels: noise between levels, and bits per dimension")
  func greyLevels() throws {
    // Each pixel is one of 4 levels, all equally likely: 2 bits.
    var random = RandomGenerator(seed: 1)
    let levels = random.integers(400 * 16, below: 4).elements.map { Float($0) / 3 }
    let x = Tensor(levels, shape: [400, 4, 4, 1])
    let architecture = Flow.Architecture(
      exampleShape: [4, 4, 1],
      bijections: [
        .rescaling(scale: 0.75, shift: 0.125), .rescaling(scale: 2, shift: -1), .flatten,
      ], base: .uniform(bound: 1), greyLevels: 4)
    let flow = Flow(architecture, seed: 1)
    // p = 1/2 for each number in −1...1, which two rescalings stretch by 3/2: 3/4 for each pixel in units of x, levels 1/3 apart.
    let bits = try flow.bitsPerDimension(x, using: &random)
    #expect(bits.allSatisfy { abs($0 - 2) < 1e-4 })

    let glow = Flow(.glow(images: [4, 4, 1], levels: 1, steps: 2, hiddenChannels: 8, greyLevels: 4), seed: 1)
    let trained = try glow.train(
      on: x, trainer: Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 8, batchSize: 50)
    ).model
    let learned = try trained.bitsPerDimension(x, draws: 4, using: &random)
    let mean = learned.reduce(0, +) / 400
    // Never below the entropy but for what 400 examples can be learned by heart.
    #expect(mean > 1.9 && mean < 2.6, "\(mean)")
  }

  @Test("Class-conditional flows tell classes apart")
  func classes() throws {
    var random = RandomGenerator(seed: 1)
    let labels = random.integers(1500, below: 3)
    let centres: [Float] = [-3, 0, 3]
    let noise = random.normal([1500, 2])
    let x = noise + Tensor(labels.elements.flatMap { [centres[$0], -centres[$0]] }, shape: [1500, 2])
    for base in [BaseSpecification.standardNormal, .classGaussians] {
      var architecture = Flow.Architecture.realNVP(features: 2, couplings: 4, hidden: [32], classCount: 3)
      architecture.base = base
      let flow = try Flow(architecture, seed: 1).train(
        on: x, labels: labels,
        trainer: Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 20, batchSize: 100)
      ).model
      let guesses = try flow.classProbabilities(x).map { row in row.firstIndex(of: row.max()!)! }
      let right = zip(guesses, labels.elements).filter { $0 == $1 }.count
      #expect(right > 1300, "\(right) of 1500 with \(base)")
      let drawn = flow.sample(
        count: 300, labels: Indexes([Int](repeating: 2, count: 300)), temperature: 1, using: &random)
      #expect(abs(drawn.mean(axes: [0]).elements[0] - 3) < 0.6)
    }
  }

  @Test("Batch normalization: running averages in use, the batch's own statistics in training")
  func batchNormalization() throws {
    let x = Self.bent(1000, seed: 1) * 3 + 5
    let flow = try Flow(
      Flow.Architecture(exampleShape: [2], bijections: [.batchNormalization(), .coupling(hidden: [8])]),
      seed: 1
    ).train(on: x, trainer: Trainer(epochs: 5, batchSize: 100)).model
    let shifted = x + 10
    let inUse = flow.logDensities(of: shifted).mean().scalar
    let ofBatch = flow.logDensities(of: shifted, context: .training(using: RandomGenerator(seed: 1))).mean()
      .scalar
    #expect(ofBatch > inUse + 10)
  }

  @Test("What comes from outside and does not fit is refused with a sentence")
  func errors() throws {
    let flow = Flow(.realNVP(features: 2, classCount: 2), seed: 1)
    let x = Self.bent(4, seed: 1)
    #expect(throws: ExampleError.unexpectedShape(found: [3], expected: [2])) {
      try flow.logDensity(.zeros([4, 3]))
    }
    #expect(throws: ExampleError.labelsMissing(classes: 2)) { try flow.train(on: x, trainer: Trainer()) }
    #expect(throws: ExampleError.labelOutOfRange(example: 1, label: 2, classes: 2)) {
      try flow.logDensity(x, labels: Indexes([0, 2, 1, 1]))
    }
    #expect(throws: ExampleError.labelCountDiffers(examples: 4, labels: 1)) {
      try flow.logDensity(x, labels: Indexes([0]))
    }
    #expect(throws: ExampleError.noClasses) {
      try Flow(.realNVP(features: 2), seed: 1).logDensity(x, labels: Indexes([0, 0, 0, 0]))
    }
    let logit = Flow(Flow.Architecture(exampleShape: [2], bijections: [.logit()]), seed: 1)
    #expect(throws: ExampleError.self) { try logit.logDensity(Tensor([0.5, 2, 0.5, 0.5], shape: [2, 2])) }
    #expect(
      throws: ExampleError.notFinite(example: 1, feature: 0, value: .infinity)
    ) { try logit.logDensity(Tensor([0.5, 0.5, .infinity, 0.5], shape: [2, 2])) }
  }

  @Test(
    "Architectures that make no sense are refused before any tensor is asked for",
    arguments: [
      ([], []), ([0], []), ([4, 4], []), ([5], [.squeeze()]), ([3, 3, 1], [.squeeze()]),
      ([2], [.coupling(hidden: [])]), ([2], [.coupling(hidden: [0])]), ([1], [.coupling(hidden: [4])]),
      ([2], [.coupling(.affine(clamp: 0), hidden: [4])]),
      ([2], [.coupling(.affine(clamp: .nan), hidden: [4])]),
      ([2], [.coupling(.spline(bins: 1), hidden: [4])]), ([2], [.coupling(.spline(bins: 100), hidden: [4])]),
      ([3], [.permutation([0, 1])]), ([3], [.split]), ([4], [.inverse(.split)]),
      ([2, 2, 1], [.inverse(.flatten)]),
      ([2, 2, 2], [.autoregressive(hidden: [4])]), ([2, 2, 2], [.coupling(hidden: [4])]),
      ([2], [.logit(alpha: 0.5)]),
      ([2], [.rescaling(scale: 0, shift: 0)]), ([2], [.batchNormalization(momentum: 0)]),
      ([1 << 20, 1 << 20, 1 << 20], []),
    ] as [([Int], [BijectionSpecification])])
  func malformed(_ shape: [Int], _ bijections: [BijectionSpecification]) {
    let architecture = Flow.Architecture(exampleShape: shape, bijections: bijections)
    #expect(throws: ModelFileError.self) {
      try Flow(
        configuration: architecture,
        tensors: .stored { (_, _) throws(ModelFileError) in
          Issue.record("a tensor was asked for")
          return .zeros([0])
        })
    }
  }
}
