import GenModels
import OODLaws

/// Densities of tables, images and sequences that are fitted without a network.
enum StatisticsCases {
  static let all = tables + others

  private static func pairs<Density: TableScorer & DensityModel>(
    _ name: String, fit: @escaping @Sendable (Matrix) throws -> Density
  ) -> ModelLawCase {
    ModelLawCase(name, kind: Density.kind, inliers: LawData.freshPairs, outliers: LawData.pairOutlier) {
      try fit(LawData.pairs)
    }
  }

  private static let tables: [ModelLawCase] = [
    pairs("gaussian-mixture") { try GaussianMixture(fitting: $0, components: 2) },
    DetectorCases.table("gaussian-mixture, five columns") {
      try GaussianMixture(fitting: $0, components: 3, shape: .diagonal)
    },
    pairs("kernel-density") { try KernelDensity(fitting: $0) },
    pairs("kernel-density, exponential") {
      try KernelDensity(fitting: $0, bandwidth: .fixed(0.8), kernel: .exponential)
    },
    pairs("factor-analysis") { try FactorAnalysis(fitting: $0, factors: 1) },
    DetectorCases.table("factor-analysis, five columns") { try FactorAnalysis(fitting: $0) },
    DetectorCases.table("archetypal-analysis") { try ArchetypalAnalysis(fitting: $0, archetypes: 4) },
  ]

  private static let others: [ModelLawCase] = [
    ModelLawCase(
      "topic-model", kind: TopicModel.kind, inliers: LawData.documents(40, seed: 2),
      outliers: Matrix([[5, 0, 5, 5, 0, 5]])
    ) { try TopicModel(fitting: LawData.documents(80, seed: 1), topics: 2) },
    ModelLawCase(
      "gaussian-hidden-markov", kind: GaussianHiddenMarkov.kind, inliers: LawData.sequences(24, seed: 100),
      outliers: LawData.sequences(2, seed: 300, scale: 40)
    ) { try GaussianHiddenMarkov(fitting: LawData.sequences(30, seed: 200), states: 2) },
    ModelLawCase(
      "gaussian-hidden-markov, single steps", kind: GaussianHiddenMarkov.kind,
      inliers: (0..<20).map { Matrix([[Double($0) / 5]]) }, outliers: [Matrix([[90]])]
    ) {
      try GaussianHiddenMarkov(
        initial: [0.3, 0.7], transitions: Matrix([[0.5, 0.5], [0.2, 0.8]]), means: Matrix([[0], [3]]),
        covariances: [Matrix([[1]]), Matrix([[0.5]])])
    },
    ModelLawCase(
      "pixel-mixture", kind: PixelMixture.kind, inliers: LawData.images(20, side: 3, seed: 2),
      outliers: LawData.contrasts(side: 3) * 40
    ) { try PixelMixture(fitting: LawData.images(60, side: 3, seed: 1), components: 2) },
    ModelLawCase(
      "pixel-mixture, one pixel", kind: PixelMixture.kind, inliers: LawData.images(20, side: 1, seed: 2)
    ) { try PixelMixture(fitting: LawData.images(80, side: 1, seed: 1), components: 2) },
  ]
}
