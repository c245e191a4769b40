import Foundation
import GenModels
import OODMetrics
import Testing

@Suite("Scores over posteriors, and likelihood regret")
struct PosteriorScoreTests {
  @Test("Measures of three log-densities, by hand")
  func byHand() {
    // Weights 1/2, 1/4, 1/4.
    let nats = [log(2.0) - 5, -5, -5]
    #expect(abs(PosteriorMeasure.effectiveSampleSize.score(of: nats) + 1 / 0.375) < 1e-12)
    #expect(abs(PosteriorMeasure.information.score(of: nats) - (log(3) - 1.5 * log(2))) < 1e-12)
    let deviation = (2.0 / 9).squareRoot() * log(2)
    #expect(abs(PosteriorMeasure.disagreement.score(of: nats) - deviation) < 1e-12)
    #expect(PosteriorMeasure.effectiveSampleSize.score(of: [-1e5, -1e5]) == -2)
    #expect(PosteriorMeasure.effectiveSampleSize.score(of: [-1e5, -2e5]) == -1)
    #expect(PosteriorMeasure.information.score(of: [-.infinity, -.infinity]) == 0)
  }

  @Test("Members that agree on the data and differ beyond make strange examples strange")
  func members() throws {
    let models = try [0.9, 1.0, 1.1].map { scale in
      try FactorAnalysis(mean: [0, 0], loadings: Matrix([[0.1], [0]]), noiseVariances: [scale, scale])
    }
    let near = Matrix([[0.1, 0.1], [1, -0.5]])
    let far = Matrix([[30, 30]])
    for measure in PosteriorMeasure.allCases {
      let scorer = try PosteriorChange(models, measure: measure)
      #expect(try scorer.score(near).max()! < scorer.score(far)[0])
    }
    #expect(throws: LikelihoodError.self) { _ = try PosteriorChange([models[0]]) }
  }

  @Test("Regret is 0 or more, nothing at the exact posterior, and much where the encoder errs")
  func regret() throws {
    var model = VariationalAutoencoder(
      .init(
        exampleShape: [2], encoder: [], latent: 1, decoder: [], observation: .gaussianFixed(deviation: 1)),
      seed: 1)
    // x = (z, 0) + noise: q(z|x) = N(x₁/2, ½).
    func set(_ shift: Float) throws {
      try model.setTensors([
        "posterior.weight": Tensor([0.5, 0, 0, 0], shape: [2, 2]),
        "posterior.bias": Tensor([shift, Float(6 * atanh(log(0.5) / 2 / 6))]),
        "output.weight": Tensor([1, 0], shape: [1, 2]), "output.bias": Tensor([0, 0]),
      ])
    }
    var settings = LikelihoodRegret.Settings()
    settings.samples = 64
    let x = Tensor([1, 0, -2, 3], shape: [2, 2])
    try set(0)
    let none = try LikelihoodRegret(model, settings: settings).score(x)
    #expect(none.allSatisfy { $0 >= 0 && $0 < 0.1 }, "\(none)")
    try set(3)
    // Nine squares of a mean that is 3 off, weighted with a precision of 2, are 9 nats.
    let much = try LikelihoodRegret(model, settings: settings).score(x)
    #expect(much.allSatisfy { $0 > 6 && $0 < 11 }, "\(much)")
    settings.steps = 0
    #expect(throws: LikelihoodError.self) { _ = try LikelihoodRegret(model, settings: settings) }
  }
}
