import Foundation
import GenModels
import Testing

@Suite("Outlier generation") struct OutlierGenerationTests {
  private static let points: Tensor = {
    var random = RandomGenerator(seed: 1)
    let labels = random.integers(600, below: 3).elements
    let noise = random.normal([600, 2]) * 0.3
    let centres: [[Float]] = [[0, 2], [2, -1], [-2, -1]]
    return noise + Tensor(labels.flatMap { centres[Int($0)] }, shape: [600, 2])
  }()

  private static let flow: Flow = try! Flow(.realNVP(features: 2, couplings: 4, hidden: [16]), seed: 1).train(
    on: points, trainer: Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 8, batchSize: 64)
  ).model

  @Test("Extreme draws: examples at a stated radius of a flow, rarer than its usual draws")
  func extremalDraws() throws {
    var random = RandomGenerator(seed: 2)
    let usual = Self.flow.sample(count: 200, using: &random)
    let rare = try Self.flow.extremalDraws(count: 200, radius: .deviations(4), using: &random)
    func mean(_ x: Tensor) throws -> Double { try Self.flow.logDensity(x).reduce(0, +) / 200 }
    #expect(try mean(rare.examples) < mean(usual) - 3)
    #expect(rare.deviations.allSatisfy { abs($0 - 4) < 1e-4 })
  }

  @Test(
    "Radii are those of the law, the flow finds them again, and densities are finite",
    arguments: [
      RadiusLaw.temperature(2), .deviations(2.5), .gumbel(1.5, count: 1000), .shell(from: 2, to: 6),
    ])
  func radii(law: RadiusLaw) throws {
    var random = RandomGenerator(seed: 3)
    let draws = try Self.flow.extremalDraws(count: 300, radius: law, using: &random)
    let lengths = ChiDistribution(dimensions: 2)
    let found = try Self.flow.radii(of: draws.examples)
    for (radius, wanted) in zip(found, draws.radii) { #expect(abs(radius / wanted - 1) < 1e-3) }
    #expect(Self.flow.inversionErrors(of: draws).max()! < 1e-3)
    #expect(try Self.flow.logDensity(draws.examples).allSatisfy(\.isFinite))
    switch law {
    case .deviations(let p):
      #expect(draws.radii.allSatisfy { abs($0 - (lengths.mean + p * lengths.standardDeviation)) < 1e-6 })
    case .shell(let low, let high):
      let ends = [low, high].map { lengths.mean + $0 * lengths.standardDeviation }
      #expect(draws.radii.allSatisfy { $0 >= ends[0] && $0 <= ends[1] })
      #expect(abs(draws.radii.reduce(0, +) / 300 - (ends[0] + ends[1]) / 2) < 0.15)
    case .temperature(let p):
      #expect(abs(draws.radii.reduce(0, +) / 300 - p * lengths.mean) < 0.2)
    case .gumbel(let p, let count):
      #expect(abs(draws.radii.reduce(0, +) / 300 - p * lengths.extremes(of: count).mean) < 0.1)
    }
    let angles = zip(draws.latents.elements.indices, draws.latents.elements).filter { $0.0 % 2 == 0 }.map(\.1)
    #expect(abs(angles.count { $0 > 0 } - 150) < 40, "directions are uniform")
  }

  @Test("With class Gaussians radii are those of the class")
  func classes() throws {
    let flow = Flow(
      .init(exampleShape: [2], bijections: [.standardization], base: .classGaussians, classCount: 3), seed: 4)
    var random = RandomGenerator(seed: 5)
    let labels = Indexes([0, 1, 2, 2])
    let draws = try flow.extremalDraws(count: 4, radius: .deviations(5), labels: labels, using: &random)
    let found = try flow.radii(of: draws.examples, labels: labels)
    for (radius, wanted) in zip(found, draws.radii) { #expect(abs(radius / wanted - 1) < 1e-4) }
    #expect(throws: ExampleError.labelsMissing(classes: 3)) { try flow.radii(of: draws.examples) }
  }

  @Test("A base that is no Gaussian, and numbers that give no radius, are refused")
  func refusals() throws {
    var random = RandomGenerator(seed: 6)
    let logistic = Flow(.init(exampleShape: [2], bijections: [.standardization], base: .logistic), seed: 1)
    #expect(throws: OutlierGenerationError.self) {
      try logistic.extremalDraws(count: 2, radius: .deviations(2), using: &random)
    }
    for law in [
      RadiusLaw.temperature(0), .temperature(.nan), .deviations(-90), .gumbel(2, count: 1),
      .shell(from: 3, to: 1),
    ] {
      #expect(throws: OutlierGenerationError.self) {
        try Self.flow.extremalDraws(count: 2, radius: law, using: &random)
      }
    }
    let x = Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(throws: OutlierGenerationError.self) { try MixedOutliers(x, labels: Indexes([1, 1])) }
    #expect(throws: OutlierGenerationError.self) { try ExampleOutliers(.zeros([0, 2])) }
    #expect(throws: OutlierGenerationError.self) { try SaltAndPepperOutliers(x, probability: 1.5) }
    #expect(throws: OutlierGenerationError.self) {
      try CoefficientLaw(concentration: 0).coefficients(count: 1, archetypes: 3, using: &random)
    }
  }

  @Test("Every generator draws what it says, and the same from the same seed")
  func generators() throws {
    let labels = Indexes((0..<600).map { $0 % 3 })
    let generators: [any OutlierGenerator] = [
      FlowOutliers(Self.flow, radius: .deviations(3)), try MixedOutliers(Self.points, labels: labels),
      NoiseOutliers(exampleShape: [2], law: .normal(mean: 1, standardDeviation: 2)),
      NoiseOutliers(exampleShape: [2]), try SaltAndPepperOutliers(Self.points, probability: 1),
      try ExampleOutliers(Self.points), FlowOutliers(Self.flow, radius: .temperature(9)).clamped(to: 0...1),
    ]
    for generator in generators {
      var (first, second) = (RandomGenerator(seed: 7), RandomGenerator(seed: 7))
      let x = try generator.outliers(count: 50, using: &first)
      #expect(x.shape == [50, 2] && x.firstNonFinite == nil && generator.exampleShape == [2])
      #expect(try x == generator.outliers(count: 50, using: &second))
      #expect(Set(x.elements).count > 1)
    }
    var random = RandomGenerator(seed: 8)
    let pepper = try generators[4].outliers(count: 100, using: &random).elements
    #expect(pepper.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test("A classifier trained against generated outliers is unsure of them, and sure of its classes")
  func training() throws {
    var random = RandomGenerator(seed: 9)
    let labels = Indexes(
      RandomGenerator(seed: 1).firstIntegers(600, below: 3))
    let outliers = try FlowOutliers(Self.flow, radius: .shell(from: 4, to: 12)).outliers(
      count: 600, using: &random)
    let trainer = Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 12, batchSize: 64)
    func layers(_ classes: Int) -> [LayerSpecification] {
      [.dense(units: 32, activation: .relu), .dense(units: 32, activation: .relu), .dense(units: classes)]
    }
    let fresh = try FlowOutliers(Self.flow, radius: .deviations(8)).outliers(count: 200, using: &random)
    func largest(_ model: ImageClassifier, _ x: Tensor) throws -> Float {
      let p = try model.probabilities(x)
      return p.maximum(axis: 1).mean().scalar
    }
    var found: [Float] = []
    for beta in [Float(0), 1] {
      let model = try ImageClassifier.train(
        on: Self.points, labels: labels, classes: 3, against: outliers, objective: .uniform(beta: beta),
        layers: layers, trainer: trainer
      ).model
      #expect(try model.error(Self.points, labels: labels) < 0.05)
      #expect(try largest(model, Self.points) > 0.85)
      found.append(try largest(model, fresh))
    }
    #expect(found[0] > 0.9 && found[1] < 0.6, "\(found)")
    let extra = try ImageClassifier.train(
      on: Self.points, labels: labels, classes: 3, against: outliers, objective: .extraClass(weight: 1),
      layers: layers, trainer: trainer
    ).model
    #expect(extra.classCount == 4)
    #expect(try extra.labels(fresh).elements.count { $0 == 3 } > 150)
    #expect(try extra.labels(Self.points).elements.count { $0 == 3 } < 60)
  }

  @Test("The divergence from the uniform law, by hand")
  func divergence() {
    let logits = Tensor([0, 0, logf(3), 0], shape: [2, 2])
    let found = OutlierObjective.divergenceFromUniform(logits).elements
    // p = (3/4, 1/4): −(ln ¾ + ln ¼)/2 − ln 2.
    #expect(abs(found[0]) < 1e-6 && abs(found[1] - Float(-(log(0.75) + log(0.25)) / 2 - log(2))) < 1e-6)
  }
}

extension RandomGenerator {
  /// The labels that the points were made from.
  fileprivate func firstIntegers(_ count: Int, below bound: Int) -> [Int] {
    var copy = self
    return copy.integers(count, below: bound).elements.map { Int($0) }
  }
}
