import GenModels
import OODLaws
import OODMetrics

/// Energies, slopes of log-densities, and their scores.
enum EnergyCases {
  static let all = [
    points("energy-model", kind: EnergyModel.kind) { try trained() },
    ModelLawCase("energy-model of images", kind: EnergyModel.kind, inliers: images) {
      EnergyModel(.convolutional(exampleShape: [6, 6, 1], maps: 2, hidden: 3, isSpectral: true), seed: 2)
    },
    ModelLawCase("joint-energy-model", kind: JointEnergyModel.kind, inliers: images) {
      JointEnergyModel(.convolutional(exampleShape: [6, 6, 1], classes: 3, maps: 2, hidden: 4), seed: 2)
    },
    points("energy-sum", kind: EnergySum.kind) {
      try EnergySum([trained(), trained(seed: 2)], weights: [1, 0.5])
    },
    points("score-network, a vector field", kind: ScoreNetwork.kind, seesFarPoints: false) {
      let network = ScoreNetwork(.vectorField(features: 2, hidden: [7]), seed: 1)
      return try network.train(on: examples, by: DenoisingScoreMatching(), trainer: trainer).model
    },
    points("score-network, an energy's slope", kind: ScoreNetwork.kind, seesFarPoints: false) {
      ScoreNetwork(.dense(features: 2, hidden: [7], activation: .tanh), seed: 1)
    },
    points("unnormalized-energy", kind: UnnormalizedEnergyScorer<EnergyModel>.kind, seesFarPoints: false) {
      UnnormalizedEnergyScorer(try trained())
    },
    points("score-function-norm", kind: ScoreFunctionNorm<EnergyModel>.kind) {
      ScoreFunctionNorm(try trained())
    },
    points(
      "score-function-norm of a vector field", kind: ScoreFunctionNorm<EnergyModel>.kind, seesFarPoints: false
    ) {
      ScoreFunctionNorm(ScoreNetwork(.vectorField(features: 2, hidden: [7]), seed: 1))
    },
  ]

  private static let images = LawData.images(20, side: 6, seed: 2)
  private static let examples = LawData.points(200, seed: 7)
  private static let trainer = Trainer(optimizer: Adam(learningRate: 0.02), epochs: 4, batchSize: 40, seed: 3)

  private static func points(
    _ name: String, kind: String, seesFarPoints: Bool = true, make: @escaping @Sendable () throws -> any Model
  ) -> ModelLawCase {
    ModelLawCase(
      name, kind: kind, inliers: LawData.points(30, seed: 5),
      outliers: seesFarPoints ? LawData.farPoints : nil,
      make: make)
  }

  /// A few steps, after which far points have high energies.
  private static func trained(seed: UInt64 = 1) throws -> EnergyModel {
    try EnergyModel(.dense(features: 2, hidden: [8]), seed: seed)
      .train(on: examples, by: DenoisingScoreMatching(), trainer: trainer).model
  }
}
