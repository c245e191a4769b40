import Foundation
import GenModels
import Testing

@Suite("Deep archetypes") struct DeepArchetypesTests {
  /// Points of a triangle.
  private static let triangle: Tensor = {
    var random = RandomGenerator(seed: 1)
    let weights = try! CoefficientLaw(concentration: 0.8).coefficients(
      count: 800, archetypes: 3, using: &random)
    return weights.matrixProduct(Tensor([0, 2, 2, -1, -2, -1], shape: [3, 2])) + random.normal([800, 2])
      * 0.05
  }()

  private static func model(bias: Bool = false, features: Int = 2) -> ArchetypalFlow {
    ArchetypalFlow(
      .init(
        flow: .realNVP(features: 2, couplings: 4, hidden: [16]), features: features,
        maps: .init(archetypes: 3, hasBias: bias)), seed: 2)
  }

  private static let trained: ArchetypalFlow = try! model().train(
    on: triangle, trainer: Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 15, batchSize: 100)
  ).model

  @Test("The corners of the simplex are a regular one's", arguments: [2, 3, 5, 14, 60])
  func simplex(count: Int) {
    let points = RegularSimplex.vertices(count)
    #expect(points.columns == count - 1)
    let products = points.matrixProduct(points, transposingOther: true)
    for i in 0..<count {
      for j in 0..<count {
        #expect(abs(products[i, j] - (i == j ? 1 : -1 / Double(count - 1))) < 1e-12)
      }
    }
    for j in 0..<count - 1 { #expect(abs(points.column(j).reduce(0, +)) < 1e-12) }
  }

  @Test("Coefficients in archetypes, samples inside and outside of their hull")
  func usage() throws {
    var random = RandomGenerator(seed: 3)
    let coefficients = try Self.trained.coefficients(Self.triangle)
    #expect(coefficients.shape == [800, 3] && coefficients.elements.allSatisfy { $0 >= 0 })
    let inside = try Self.trained.sample(count: 200, coefficients: CoefficientLaw(), using: &random)
    let outside = try Self.trained.sample(
      count: 200, coefficients: CoefficientLaw(concentration: 0.1, extrapolation: 4), using: &random)
    func mean(_ x: Tensor) throws -> Double { try Self.trained.logDensity(x).reduce(0, +) / 200 }
    #expect(try mean(outside) < mean(inside) - 1)
  }

  @Test("Training draws examples to the corners, and reconstructs better than before")
  func training() throws {
    func error(_ model: ArchetypalFlow) throws -> Float {
      try model.reconstruct(Self.triangle).meanSquaredError(Self.triangle).scalar
    }
    let fresh = Self.model()
    let errors = try (error(Self.trained), error(fresh))
    #expect(errors.0 < 0.65 * errors.1, "\(errors)")
    let spread = try Self.trained.coefficients(Self.triangle).maximum(axis: 1).mean().scalar
    #expect(spread > 0.5, "the coefficients are not all alike: \(spread)")
  }

  @Test("What coefficients don't see changes none of them, and is nothing of M_A", arguments: [false, true])
  func nullspace(bias: Bool) throws {
    let model = ArchetypalFlow(
      .init(
        flow: .realNVP(features: 6, couplings: 2, hidden: [8]), features: 5,
        maps: .init(archetypes: 3, hasBias: bias)), seed: 4)
    let projection = try model.maps.nullspaceProjection()
    let matrix = model.maps.namedTensors.first { $0.name == "toCoefficients" }!.tensor
    var random = RandomGenerator(seed: 5)
    let w = random.normal([40, 5])
    let unseen = w.matrixProduct(projection)
    let seen = unseen.matrixProduct(matrix)
    #expect(seen.elements.allSatisfy { abs($0) <= 1e-6 })
    #expect(unseen.elements.contains { abs($0) > 0.1 }, "there is something that is not seen")
    let t = random.normal([40, 5])
    let (before, after) = (model.maps.coefficients(of: t), model.maps.coefficients(of: t + unseen))
    #expect(zip(before.elements, after.elements).allSatisfy { abs($0 - $1) < 1e-5 })
    // Twice is once.
    let twice = unseen.matrixProduct(projection)
    #expect(zip(twice.elements, unseen.elements).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("With the nullspace less is lost")
  func reconstruction() throws {
    var random = RandomGenerator(seed: 6)
    let x = random.normal([200, 6])
    let start = ArchetypalFlow(
      .init(
        flow: .realNVP(features: 6, couplings: 2, hidden: [8]), features: 6, maps: .init(archetypes: 3)),
      seed: 7)
    let model = try start.train(
      on: x, trainer: Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 5, batchSize: 50)
    ).model
    let without = try model.reconstruct(x).meanSquaredError(x).scalar
    let with = try model.reconstructWithNullspace(x).meanSquaredError(x).scalar
    #expect(with < 0.8 * without, "\(with), \(without)")
  }

  @Test("The loss is a mean: a batch twice over has the loss of the batch")
  func batches() throws {
    let x = Self.triangle.sliced(axis: 0, 0..<40)
    let losses = try [x, Tensor.concatenate([x, x], axis: 0)].map { x in
      try Self.model().train(
        on: x, trainer: Trainer(optimizer: SGD(learningRate: 1e-9), epochs: 1, batchSize: 100)
      ).history[0].loss
    }
    #expect(abs(losses[0] - losses[1]) < 1e-4)
  }

  @Test("As an autoencoder: it reconstructs, and its archetypes are its corners")
  func autoencoder() throws {
    let x = (Self.triangle + 3) * 0.15
    let start = ArchetypalAutoencoder(
      .init(exampleShape: [2], hidden: [32], features: 8, maps: .init(archetypes: 3)), seed: 1)
    var weights = DeepArchetypeTraining()
    weights.likelihood = 100
    let model = try start.train(
      on: x, weights: weights,
      trainer: Trainer(optimizer: Adam(learningRate: 5e-3), epochs: 20, batchSize: 100)
    ).model
    let error = try model.reconstruct(x).meanSquaredError(x).scalar
    #expect(error < 0.3 * (x - x.mean(axes: [0])).squared().mean().scalar, "\(error)")
    #expect(model.archetypes.shape == [3, 2])
  }

  @Test("Numbers that make no model, and labels that it does not know, are refused")
  func refusals() throws {
    #expect(throws: ModelFileError.self) {
      try ArchetypalFlow.validating(
        .init(flow: .realNVP(features: 2), features: 3, maps: .init(archetypes: 3)), seed: 1)
    }
    #expect(throws: ModelFileError.self) {
      try ArchetypalFlow.validating(
        .init(flow: .realNVP(features: 2), features: 2, maps: .init(archetypes: 1)), seed: 1)
    }
    #expect(throws: ExampleError.noClasses) {
      try Self.model().train(
        on: Self.triangle, labels: Indexes([Int](repeating: 0, count: 800)), trainer: Trainer(epochs: 1))
    }
  }

  @Test("Dirichlet coefficients have the law's mean and spread; extrapolated ones still sum to 1")
  func dirichlet() throws {
    var random = RandomGenerator(seed: 8)
    for concentration in [0.05, 0.7, 4] {
      let a = Matrix(
        try CoefficientLaw(concentration: concentration).coefficients(
          count: 4000, archetypes: 4, using: &random))
      let first = a.column(0)
      let mean = first.reduce(0, +) / 4000
      let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
      // a (a₀ − a) / (a₀² (a₀ + 1)), a₀ = 4 a.
      let wanted = 3.0 / 16 / (4 * concentration + 1)
      #expect(abs(mean - 0.25) < 0.02 && abs(variance / wanted - 1) < 0.1)
    }
    let far = Matrix(
      try CoefficientLaw(concentration: 0.1, extrapolation: 3).coefficients(
        count: 50, archetypes: 4, using: &random))
    for i in 0..<50 { #expect(abs(far.row(i).reduce(0, +) - 1) < 1e-5) }
    #expect(far.elements.contains { $0 < -0.2 })
  }
}
