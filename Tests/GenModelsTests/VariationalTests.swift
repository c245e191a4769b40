import Foundation
import Testing

@testable import GenModels

@Suite("Variational autoencoders")
struct VariationalTests {
  @Test("Ten lines: train, bound, estimate, reconstruct, draw")
  func usage() throws {
    var random = RandomGenerator(seed: 1)
    let x = (random.uniform([256, 1]) - random.uniform([256, 6])).step()
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 20, batchSize: 32)
    let model = try VariationalAutoencoder(.dense(exampleShape: [6], hidden: [12], latent: 2), seed: 1)
      .train(on: x, settings: DensityTraining(trainer: trainer)).model
    let estimate = try model.importanceEstimates(x, samples: 50, seed: 2)[0]
    #expect(estimate.logDensity < 0 && estimate.effectiveSampleSize > 1 && estimate.standardError < 1)
    #expect(try model.reconstruct(x).shape == x.shape)
    #expect(try model.activeUnits(x) <= 2)
    #expect(model.sample(count: 3, using: &random).shape == [3, 6])
    #expect(throws: ExampleError.self) { _ = try model.logDensityBound(x * 0.5) }
  }

  /// x = W z + e with orthogonal columns of W, whose posterior is normal with independent numbers, and the encoder that is exactly it.
  private func linear() throws -> (model: VariationalAutoencoder, exact: FactorAnalysis) {
    let (d, k, deviation) = (5, 2, 0.6)
    let w = Matrix([[0.8, 0], [-0.5, 0], [0, 1.1], [0, 0.4], [0, -0.7]])
    var model = VariationalAutoencoder(
      .init(
        exampleShape: [d], encoder: [], latent: k, decoder: [],
        observation: .gaussianFixed(deviation: Float(deviation))), seed: 1)
    let mean = [0.3, -0.2, 0.1, 0.5, 0]
    var encoder = Matrix(rows: d, columns: 2 * k, repeating: 0)
    var bias = [Double](repeating: 0, count: 2 * k)
    for latent in 0..<k {
      let square = (0..<d).reduce(0.0) { $0 + w[$1, latent] * w[$1, latent] }
      let variance = 1 / (1 + square / (deviation * deviation))
      for feature in 0..<d {
        encoder[feature, latent] = variance * w[feature, latent] / (deviation * deviation)
        bias[latent] -= encoder[feature, latent] * mean[feature]
      }
      // ln σ is read through 6 tanh(raw / 6).
      bias[k + latent] = 6 * atanh(log(variance) / 2 / 6)
    }
    try model.setTensors([
      "posterior.weight": Tensor(encoder), "posterior.bias": Tensor(bias.map(Float.init)),
      "output.weight": Tensor(w.transposed), "output.bias": Tensor(mean.map(Float.init)),
    ])
    return (
      model,
      try FactorAnalysis(
        mean: mean, loadings: w, noiseVariances: [Double](repeating: deviation * deviation, count: d))
    )
  }

  @Test("A linear model with the exact posterior knows ln p from every sample, to 1e-3 nats")
  func exact() throws {
    let (model, exact) = try linear()
    var random = RandomGenerator(seed: 2)
    let x = random.normal([40, 5]) * 1.5
    let expected = try exact.logDensity(Matrix(x))
    for samples in [1, 5, 200] {
      for (bound, nats) in zip(try model.importanceEstimates(x, samples: samples, seed: 3), expected) {
        #expect(abs(bound.logDensity - nats) < 1e-3)
        #expect(bound.effectiveSampleSize > 0.999 * Double(samples) && bound.standardError < 1e-3)
      }
    }
  }

  @Test("Doubly reparameterized gradients of the exact posterior are 0; the usual ones are noise")
  func doublyReparameterized() throws {
    let (model, _) = try linear()
    var random = RandomGenerator(seed: 4)
    let x = random.normal([30, 5])
    func movement(_ isDouble: Bool) throws -> (encoder: Float, decoder: Float) {
      var architecture = model.configuration
      architecture.objective = VariationalObjective(samples: 5, isDoublyReparameterized: isDouble)
      let start = try model.with(
        configuration: architecture, tensors: Dictionary(uniqueKeysWithValues: model.namedTensors))
      let trainer = Trainer(optimizer: SGD(learningRate: 1), epochs: 1, batchSize: 30)
      let moved = try start.train(on: x, settings: DensityTraining(trainer: trainer)).model
      let old = Dictionary(uniqueKeysWithValues: model.namedTensors)
      let sizes = moved.namedTensors.map { name, tensor in
        (name, (tensor - old[name]!).absolute().sum().scalar)
      }
      return (
        sizes.filter { $0.0.hasPrefix("posterior") }.reduce(0) { $0 + $1.1 },
        sizes.filter { $0.0.hasPrefix("output") }.reduce(0) { $0 + $1.1 }
      )
    }
    let (double, usual) = (try movement(true), try movement(false))
    #expect(double.encoder < 1e-3 && usual.encoder > 0.1, "\(double) against \(usual)")
    #expect(abs(double.decoder - usual.decoder) < 1e-3 && usual.decoder > 0.1)
  }

  @Test("The bound rises with its samples: L₁ ≤ L₅ ≤ L₅₀ ≤ ln p, by a paired test at five standard errors")
  func ordered() throws {
    // An encoder that is off the exact posterior by one deviation.
    var (model, exact) = try linear()
    let shift =
      Dictionary(uniqueKeysWithValues: model.namedTensors)["posterior.bias"]! + Tensor([0.5, -0.5, 0.2, 0.2])
    var tensors = Dictionary(uniqueKeysWithValues: model.namedTensors)
    tensors["posterior.bias"] = shift
    try model.setTensors(tensors)
    var random = RandomGenerator(seed: 5)
    let x = exact.sample(count: 200, using: &random)
    func mean(_ samples: Int) throws -> [Double] {
      var sums = [Double](repeating: 0, count: 200)
      for seed in 0..<8 {
        let bounds = try model.logDensityBound(Tensor(x), samples: samples, seed: UInt64(seed))
        for (i, bound) in bounds.enumerated() { sums[i] += bound / 8 }
      }
      return sums
    }
    let bounds = try [1, 5, 50].map(mean) + [exact.logDensity(x)]
    for (low, high) in zip(bounds, bounds.dropFirst()) {
      let gaps = zip(low, high).map { $1 - $0 }
      let average = gaps.reduce(0, +) / 200
      let deviation = (gaps.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 199).squareRoot()
      #expect(average > 5 * deviation / 200.0.squareRoot(), "\(average) ± \(deviation / 14)")
    }
  }

  @Test("An estimate from three weights, by hand")
  func estimate() {
    let estimate = ImportanceEstimate(logWeights: [log(1.0), log(2.0), log(3.0)])
    #expect(abs(estimate.logDensity - log(2)) < 1e-12)
    #expect(abs(estimate.effectiveSampleSize - 36.0 / 14) < 1e-12)
    #expect(abs(estimate.standardError - ((14.0 / 12 - 1) / 3).squareRoot()) < 1e-12)
    #expect(ImportanceEstimate(logWeights: [-1e6, -1e6]).logDensity == -1e6)
    #expect(ImportanceEstimate(logWeights: [-.infinity]).logDensity == -.infinity)
  }

  @Test("Unreasonable architectures are refused in words")
  func refusals() {
    let good = VariationalAutoencoder.Architecture.dense(exampleShape: [4], hidden: [3], latent: 2)
    func changed(_ change: (inout VariationalAutoencoder.Architecture) -> Void)
      -> VariationalAutoencoder.Architecture
    {
      var copy = good
      change(&copy)
      return copy
    }
    for architecture in [
      changed { $0.latent = 0 }, changed { $0.objective.samples = 0 }, changed { $0.exampleShape = [] },
      changed { $0.objective.beta = -1 }, changed { $0.objective = .init(samples: 2, beta: 0.5) },
      changed { $0.decoder = [.reshape([1, 2, 1])] },
      changed {
        $0.upper = .init(latent: 2, hidden: [2])
        $0.objective.isDoublyReparameterized = true
      },
    ] {
      #expect(throws: ModelFileError.self) { try VariationalAutoencoder.validating(architecture, seed: 1) }
    }
  }

  @Test("A table with holes: filled in better than by the median; empty rows and columns are refused")
  func missing() throws {
    var random = RandomGenerator(seed: 6)
    let factor = random.normal([300, 1])
    let whole = Matrix(
      (factor * Tensor([1, -2, 3, 0.5], shape: [1, 4]) + random.normal([300, 4]) * 0.3)
        + Tensor([5, 0, -1, 2]))
    var holes = whole
    let marks = random.bernoulli([300, 4], probability: 0.2)
    for i in 0..<300 {
      for j in 0..<4 where marks[i, j] > 0 && !(0..<4).allSatisfy({ $0 == j || holes[i, $0].isNaN }) {
        holes[i, j] = .nan
      }
    }
    let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 60, batchSize: 50, seed: 1)
    let model = try MissingDataAutoencoder.train(
      .init(columns: 4, hidden: [16], latent: 2, samples: 10), on: holes, trainer: trainer
    ).model
    let filled = try model.filled(holes, samples: 200)
    let medians = (0..<4).map { j in
      let there = (0..<300).map { holes[$0, j] }.filter { !$0.isNaN }.sorted()
      return there[there.count / 2]
    }
    var errors = (own: 0.0, median: 0.0)
    for i in 0..<300 {
      for j in 0..<4 {
        guard holes[i, j].isNaN else {
          #expect(filled[i, j] == holes[i, j])
          continue
        }
        errors.own += (filled[i, j] - whole[i, j]) * (filled[i, j] - whole[i, j])
        errors.median += (medians[j] - whole[i, j]) * (medians[j] - whole[i, j])
      }
    }
    #expect(errors.own < errors.median / 3, "\(errors)")
    #expect(throws: ExampleError.allMissing(example: 0)) {
      _ = try model.score(Matrix([[.nan, .nan, .nan, .nan]]))
    }
    #expect(throws: TableError.emptyColumn(column: 1)) {
      _ = try MissingDataAutoencoder.train(
        .init(columns: 2), on: Matrix([[1, .nan], [2, .nan]]), trainer: Trainer())
    }
    #expect(throws: ExampleError.allMissing(example: 1)) {
      _ = try MissingDataAutoencoder.train(
        .init(columns: 2), on: Matrix([[1, 2], [.nan, .nan]]), trainer: Trainer())
    }
  }
}
