import GenModels
import OODMetrics
import Testing

@Suite("Reconstruction error as a score")
struct ReconstructionScorerTests {
  /// Reconstructs every number as half of it.
  struct Halving: ReconstructionOracle {
    var exampleShape: Shape = [2]
    func reconstruct(checked x: Tensor) -> Tensor { x * 0.5 }
  }

  /// A model that has diverged.
  struct Diverged: ReconstructionOracle {
    var exampleShape: Shape = [2]
    func reconstruct(checked x: Tensor) -> Tensor { x * .nan }
  }

  static let x = Tensor([0, 1, 0.5, 0.5, 0.25, 1], shape: [3, 2])

  @Test(
    "Scores are the distances by hand, in every norm",
    arguments: [
      (ReconstructionNorm.l1, [0.5, 0.5, 0.625]), (.l2, [0.5, 0.125.squareRoot(), 0.265625.squareRoot()]),
      (.meanSquared, [0.125, 0.0625, 0.1328125]),
      // −Σ x ln(x/2) + (1 − x) ln(1 − x/2), where 0 is kept 10⁻⁷ away.
      (.binaryCrossEntropy, [0.6931472805599453, 1.6739764335716714, 1.3131561104]),
    ])
  func norms(norm: ReconstructionNorm, expected: [Double]) throws {
    let scores = try ReconstructionScorer(Halving(), norm: norm).score(Self.x)
    #expect(agree(scores, expected, 1e-5))
  }

  @Test("Scores don't depend on the batch, and a threshold reads like θ")
  func batches() throws {
    var random = RandomGenerator(seed: 3)
    let x = random.uniform([50, 28, 28, 1])
    let halving = Halving(exampleShape: [28, 28, 1])
    let scorer = ReconstructionScorer(halving)
    let scores = try scorer.score(x)
    #expect(try ReconstructionScorer(halving, batchSize: 7).score(x) == scores)
    #expect(try scorer.score(x.sliced(axis: 0, 20..<21)) == [scores[20]])
    #expect(try scorer.score(x.sliced(axis: 0, 0..<0)).isEmpty)
    // A detector flags above its threshold, and the oracle reconstructs below θ.
    let theta = scores.sorted()[25]
    let verdicts = try Detector(scorer, threshold: Threshold(theta.nextDown)).detect(x)
    let able = try halving.canReconstruct(x, threshold: Float(theta))
    #expect(zip(verdicts, able).allSatisfy { $0.isOutOfDistribution != $1 })
    #expect(able.count { $0 } == 25)
  }

  @Test("The errors of a real network go through to the rates")
  func network() throws {
    var random = RandomGenerator(seed: 4)
    let model = DenseAutoencoder(.init(features: 16, hidden: [4]), seed: 1)
    let scorer = ReconstructionScorer(model)
    let (digits, noise) = (random.uniform([40, 16], in: 0.4..<0.6), random.uniform([30, 16]))
    let comparison = try ReconstructionComparison(
      inClass: scorer.score(digits), controls: [.init("noise", errors: scorer.score(noise))])
    let best = try comparison.bestThreshold(for: .mean)
    let able = try model.canReconstruct(digits, threshold: Float(best.threshold))
    #expect(Double(able.count { $0 }) / 40 == (try comparison.rates(at: best.threshold).inClass.estimate))
    #expect(best.delta > 0.5)
  }

  @Test("Bad batches and diverged models are errors, not traps")
  func refused() throws {
    let scorer = ReconstructionScorer(Halving())
    #expect(throws: ExampleError.notFinite(example: 1, feature: 0, value: .nan)) {
      try scorer.score(Tensor([0, 1, .nan, 0], shape: [2, 2]))
    }
    #expect(throws: ExampleError.unexpectedShape(found: [3], expected: [2])) {
      try scorer.score(Tensor([0, 1, 2], shape: [1, 3]))
    }
    #expect(throws: ExampleError.noExampleAxis) { try scorer.score(Tensor(1)) }
    for norm in ReconstructionNorm.allCases {
      #expect(
        throws: MeasureError.notFinite(set: "reconstruction of example 0", position: 0, value: "nan")
      ) { try ReconstructionScorer(Diverged(), norm: norm, batchSize: 2).score(Self.x) }
    }
    #expect(throws: ExampleError.outsideSupport(example: 1, feature: 1, value: 1.5, support: 0...1)) {
      try ReconstructionScorer(Halving(), norm: .binaryCrossEntropy).score(
        Tensor([0, 1, 0.5, 1.5], shape: [2, 2]))
    }
  }
}
