import GenModels
import OODDatasets
import OODDetectors
import OODExperiments
import OODLaws
import OODMetrics

/// Scores that are made of other models.
enum ScoreCases {
  static let all = likelihoods + ensembles + reconstructions + confidences

  private static let points = LawData.points(30, seed: 5)
  private static var flow: Flow { NetworkCases.realNVP }

  private static let likelihoods: [ModelLawCase] = [
    ModelLawCase(
      "log-density", kind: LogDensityScorer<Flow>.kind, inliers: points, outliers: LawData.farPoints
    ) {
      LogDensityScorer(flow)
    },
    ModelLawCase(
      "log-density of a mixture", kind: LogDensityScorer<Flow>.kind, inliers: LawData.freshPairs,
      outliers: LawData.pairOutlier
    ) { LogDensityScorer(try GaussianMixture(fitting: LawData.pairs, components: 2)) },
    ModelLawCase("typicality", kind: Typicality<Flow>.kind, inliers: points, outliers: LawData.farPoints) {
      try Typicality(flow, training: LawData.points(100, seed: 8))
    },
    ModelLawCase("gradient-norm", kind: GradientNorm<Flow>.kind, inliers: points, outliers: LawData.farPoints)
    {
      GradientNorm(flow)
    },
    // A shallow flow finds far-out points less strange in their own batch, so there is no outlier that it must see.
    ModelLawCase("batch-norm-shift", kind: BatchNormShift<Flow>.kind, inliers: points) {
      try BatchNormShift(NetworkCases.normalized, companions: LawData.points(12, seed: 8))
    },
    ModelLawCase(
      "complexity-correction", kind: ComplexityCorrection<Flow>.kind,
      inliers: LawData.images(20, side: 4, seed: 2)
    ) { ComplexityCorrection(NetworkCases.imageFlow, complexity: .images(.png), dimensions: 16) },
  ]

  private static func mixture(_ components: Int, scale: Double = 1) throws -> GaussianMixture {
    try GaussianMixture(fitting: LawData.pairs.mapNumbers { $0 * scale }, components: components)
  }

  private static func pairs(
    _ name: String, kind: String, make: @escaping @Sendable () throws -> any Model
  ) -> ModelLawCase {
    ModelLawCase(name, kind: kind, inliers: LawData.freshPairs, outliers: LawData.pairOutlier, make: make)
  }

  private static let ensembles: [ModelLawCase] = [
    pairs("likelihood-ratio", kind: LikelihoodRatio<Flow, Flow>.kind) {
      LikelihoodRatio(model: try mixture(2), background: try FactorAnalysis(fitting: wide, factors: 1))
    },
    pairs("waic", kind: WAIC<Flow>.kind) { try WAIC([mixture(1), mixture(2), mixture(3)]) },
    pairs("waic of different models", kind: WAIC<Flow>.kind) {
      try WAIC([
        AnyDensityModel(mixture(2)), AnyDensityModel(FactorAnalysis(fitting: LawData.pairs, factors: 1)),
        AnyDensityModel(KernelDensity(fitting: LawData.pairs)),
      ])
    },
    pairs("posterior-change", kind: PosteriorChange<Flow>.kind) {
      try PosteriorChange([mixture(1), mixture(2), mixture(3)], measure: .disagreement)
    },
    ModelLawCase(
      "posterior-change of different models", kind: PosteriorChange<Flow>.kind, inliers: LawData.freshPairs
    ) {
      try PosteriorChange(
        [
          AnyDensityModel(mixture(2)), AnyDensityModel(FactorAnalysis(fitting: LawData.pairs, factors: 1)),
          AnyDensityModel(KernelDensity(fitting: LawData.pairs)),
        ], measure: .information)
    },
    ModelLawCase("likelihood-regret", kind: LikelihoodRegret.kind, inliers: DensityNetworkCases.bits) {
      var settings = LikelihoodRegret.Settings()
      (settings.steps, settings.samples) = (5, 3)
      return try LikelihoodRegret(DensityNetworkCases.vae, settings: settings)
    },
    ModelLawCase(
      "waic of importance-sampled densities", kind: WAIC<Flow>.kind, inliers: DensityNetworkCases.bits
    ) {
      try WAIC([1, 2].map { ImportanceSampledDensity(DensityNetworkCases.vae, samples: 3, seed: $0) })
    },
    ModelLawCase("waic of flows", kind: WAIC<Flow>.kind, inliers: points, outliers: LawData.farPoints) {
      try WAIC((1...2).map { NetworkCases.flow(.realNVP(features: 2, couplings: 2, hidden: [8]), seed: $0) })
    },
  ]

  private static var wide: Matrix { LawData.pairs.mapNumbers { $0 * 5 } }

  private static let reconstructions: [ModelLawCase] = [
    ModelLawCase(
      "reconstruction", kind: ReconstructionScorer<Sequential>.kind, inliers: NetworkCases.images,
      outliers: LawData.contrasts(side: 8)
    ) { ReconstructionScorer(NetworkCases.autoencoder, batchSize: 7) },
    // The cross-entropy of a fresh model, which answers 1/2 everywhere, is about ln 2 for every pixel: there is no outlier.
    ModelLawCase(
      "detector of what can't be reconstructed", kind: Detector<ECOD>.kind, inliers: NetworkCases.images
    ) {
      Detector(
        ReconstructionScorer(NetworkCases.autoencoder, norm: .binaryCrossEntropy), threshold: Threshold(40))
    },
  ]

  private static let confidences: [ModelLawCase] = [
    ModelLawCase(
      "reconstruction-confidence", kind: ReconstructionConfidence<DenoisingClassifier>.kind,
      inliers: NetworkCases.largerImages, outliers: LawData.contrasts(side: 14)
    ) {
      try ReconstructionConfidence(
        NetworkCases.denoisingClassifier, settings: ConfidenceSettings(alpha: 3, beta: 1))
    },
    ModelLawCase(
      "reconstruction-confidence by an estimate", kind: ReconstructionConfidence<DenoisingClassifier>.kind,
      inliers: LawData.points(24, features: 3, seed: 9),
      outliers: LawData.points(2, features: 3, seed: 6, scale: 60)
    ) {
      try ReconstructionConfidence(
        DenoisingClassifier.validating(.dense(features: 3, classes: 2, hidden: [6, 4]), seed: 2),
        settings: ConfidenceSettings(
          alpha: 1, beta: 2, norm: .l2, curvature: .hutchinson(samples: 3, seed: 5)))
    },
    ModelLawCase(
      "masked-reconstruction", kind: MaskedReconstructionScorer<ConvolutionalAutoencoder>.kind,
      inliers: NetworkCases.images
    ) {
      try MaskedReconstructionScorer(
        NetworkCases.autoencoder, attention: NetworkCases.attention, steps: 2)
    },
    ModelLawCase(
      "scaled-classifier", kind: ScaledClassifier<DenoisingClassifier>.kind,
      inliers: NetworkCases.largerImages, outliers: LawData.contrasts(side: 14)
    ) {
      try ScaledClassifier(NetworkCases.denoisingClassifier, settings: ConfidenceSettings(alpha: 30))
    },
  ]
}
