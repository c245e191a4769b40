import GenModels
import OODDetectors
import OODMetrics

extension ScorerLawCase {
  /// Methods that look at distances between rows.
  static let neighbourCases = [
    ScorerLawCase("nearest-neighbours") { try NearestNeighbours(fitting: $0) },
    ScorerLawCase("nearest-neighbours, manhattan mean") {
      try NearestNeighbours(fitting: $0, neighbours: 7, distance: .mean, metric: .manhattan)
    },
    ScorerLawCase("nearest-neighbours, approximate") {
      try NearestNeighbours(fitting: $0, search: .approximate())
    },
    ScorerLawCase("neighbour-graph-indegree", leastDistinctScores: 5, units: .together) {
      try NeighbourGraphIndegree(fitting: $0, neighbours: 10)
    },
    ScorerLawCase("local-outlier-factor", units: .together) { try LocalOutlierFactor(fitting: $0) },
    ScorerLawCase("local-outlier-factor, distinct", units: .together) {
      try LocalOutlierFactor(fitting: $0, neighbours: 10, distinct: true)
    },
    ScorerLawCase("clusters") { try ClusterScorer(fitting: $0, starts: 2) },
    ScorerLawCase("clusters, local outlier factor") {
      try ClusterScorer(fitting: $0, rule: .localOutlierFactor(), starts: 2)
    },
  ]

  /// Methods that estimate a density or its support.
  static let densityCases = [
    ScorerLawCase("kernel-density") { try KernelDensity(fitting: $0) },
    ScorerLawCase("factor-analysis") { try FactorAnalysis(fitting: $0) },
    ScorerLawCase("kernel-density, exponential") {
      try KernelDensity(fitting: $0, bandwidth: .fixed(2), kernel: .exponential)
    },
    ScorerLawCase("kernel-density, tophat") {
      try KernelDensity(fitting: $0, bandwidth: .fixed(60), kernel: .tophat)
    },
    ScorerLawCase("mahalanobis", units: .affine) { try Mahalanobis(fitting: $0) },
    ScorerLawCase("mahalanobis, shrunk", units: .together) {
      try Mahalanobis(fitting: $0, covariance: .ledoitWolf)
    },
    ScorerLawCase("mahalanobis, robust", units: .affine) {
      try Mahalanobis(fitting: $0, covariance: .minimumDeterminant())
    },
    ScorerLawCase("gaussian-mixture, one component", units: .density) {
      try GaussianMixture(fitting: $0, components: 1)
    },
    ScorerLawCase("gaussian-mixture") { try GaussianMixture(fitting: $0, components: 3) },
    ScorerLawCase("gaussian-mixture, diagonal") {
      try GaussianMixture(fitting: $0, components: 3, shape: .diagonal)
    },
    ScorerLawCase("gaussian-mixture, tied") { try GaussianMixture(fitting: $0, components: 3, shape: .tied) },
    ScorerLawCase("gaussian-mixture, spherical") {
      try GaussianMixture(fitting: $0, components: 3, shape: .spherical)
    },
    ScorerLawCase("one-class-svm") { try OneClassSVM(fitting: $0, nu: 0.1) },
  ]
}
