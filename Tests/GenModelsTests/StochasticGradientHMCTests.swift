import Foundation
import Testing

@testable import GenModels

@Suite("Stochastic-gradient HMC")
struct StochasticGradientHMCTests {
  /// x ~ N(θ, 1).
  private struct Location: Parameterized {
    var mean = Parameter(Tensor([0]))
    mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("mean", &mean) }
  }

  @Test(
    "The mean of normal data has its normal posterior: mean, variance, and the same bits for the same seed")
  func gaussian() throws {
    var random = RandomGenerator(seed: 1)
    let x = random.normal([50, 1], mean: 2)
    let data = try TrainingSet(x)
    let sampler = StochasticGradientHMC(
      learningRate: 0.02, friction: 0.2, priorDeviation: 1, batchSize: 50, burnIn: 200, thinning: 10, seed: 3)
    func draw() throws -> [Double] {
      try sampler.posterior(from: Location(), on: data, count: 1500) { model, batch, scope in
        let theta = scope.constant(batch.inputs).value(of: model.mean)
        return (scope.constant(batch.inputs) - theta).squared().mean() * 0.5
      }.map { Double($0.mean.tensor.scalar) }
    }
    let samples = try draw()
    // Precision 50 of the data and 1 of the prior.
    let (mean, variance) = (Double(x.sum().scalar) / 51, 1 / 51.0)
    let found = samples.reduce(0, +) / Double(samples.count)
    let spread = samples.reduce(0) { $0 + ($1 - found) * ($1 - found) } / Double(samples.count)
    #expect(abs(found - mean) < 0.02, "\(found) for \(mean)")
    #expect(spread > 0.75 * variance && spread < 1.3 * variance, "\(spread) for \(variance)")
    #expect(try Parallelism.withThreads(3) { try draw() } == samples)
  }
}
