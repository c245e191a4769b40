import GenModels
import OODDetectors
import Testing

/// A method with options, and the library's scorer that they stand for.
struct MethodCase: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let fit: @Sendable (Matrix) throws -> any TableScorer

  init(_ arguments: String, fit: @escaping @Sendable (Matrix) throws -> any TableScorer) {
    self.arguments = arguments.split(separator: " ").map(String.init)
    self.fit = fit
  }

  var testDescription: String { arguments.joined(separator: " ") }

  private static func random() -> RandomGenerator { RandomGenerator(seed: 5) }

  /// Pairs of a default and of other settings, so that none is passed on by chance.
  static let all: [MethodCase] = features + trees + neighbours + densities

  private static let features = [
    MethodCase("three-sigma") { try ThreeSigmaDetector(fitting: $0) },
    MethodCase("three-sigma --aggregation mean") { try ThreeSigmaDetector(fitting: $0, aggregation: .mean) },
    MethodCase("median-deviation --aggregation mean") {
      try MedianDeviationDetector(fitting: $0, aggregation: .mean)
    },
    MethodCase("hbos") { try HBOS(fitting: $0) },
    MethodCase("hbos --bins 4") { try HBOS(fitting: $0, bins: .fixed(4)) },
    MethodCase("hbos --bins auto --regularization 0.5 --tolerance 0.125") {
      try HBOS(fitting: $0, bins: .automatic, regularization: 0.5, tolerance: 0.125)
    },
    MethodCase("ecod") { try ECOD(fitting: $0) }, MethodCase("copod") { try COPOD(fitting: $0) },
    MethodCase("pca") { try PrincipalComponentDetector(fitting: $0) },
    MethodCase("pca --components 1 --rule reconstruction") {
      try PrincipalComponentDetector(fitting: $0, components: 1, rule: .reconstruction)
    },
    MethodCase("pca --rule normalizedScores") {
      try PrincipalComponentDetector(fitting: $0, rule: .normalizedScores)
    },
  ]

  private static let trees = [
    MethodCase("isolation-forest") { try IsolationForest(fitting: $0, using: random()) },
    MethodCase("isolation-forest --trees 7 --sample-size 11") {
      try IsolationForest(fitting: $0, trees: 7, sampleSize: 11, using: random())
    },
    MethodCase("extended-isolation-forest --trees 9 --sample-size 13 --split-features 1") {
      try ExtendedIsolationForest(fitting: $0, trees: 9, sampleSize: 13, splitFeatures: 1, using: random())
    },
    MethodCase("loda --projections 6 --bins 5") {
      try LODA(fitting: $0, projections: 6, bins: .fixed(5), using: random())
    },
  ]

  private static let neighbours = [
    MethodCase("knn") { try NearestNeighbours(fitting: $0) },
    MethodCase("knn --neighbours 3 --distance mean --metric manhattan") {
      try NearestNeighbours(fitting: $0, neighbours: 3, distance: .mean, metric: .manhattan)
    },
    MethodCase("knn --neighbours 4 --distance median --metric chebyshev") {
      try NearestNeighbours(fitting: $0, neighbours: 4, distance: .median, metric: .chebyshev)
    },
    MethodCase("knn --approximate 30") {
      try NearestNeighbours(fitting: $0, search: .approximate(.init(breadth: 30)))
    },
    MethodCase("lof --approximate 40") {
      try LocalOutlierFactor(fitting: $0, search: .approximate(.init(breadth: 40)))
    },
    MethodCase("indegree --neighbours 7 --metric manhattan") {
      try NeighbourGraphIndegree(fitting: $0, neighbours: 7, metric: .manhattan)
    },
    MethodCase("lof") { try LocalOutlierFactor(fitting: $0, neighbours: 20) },
    MethodCase("lof --neighbours 6 --metric chebyshev --distinct") {
      try LocalOutlierFactor(fitting: $0, neighbours: 6, metric: .chebyshev, distinct: true)
    },
    MethodCase("kmeans --clusters 3") { try ClusterScorer(fitting: $0, clusters: 3, random: random()) },
    MethodCase("cluster-size --clusters 3") {
      try ClusterScorer(fitting: $0, clusters: 3, rule: .size, random: random())
    },
    MethodCase("cblof --clusters 4") {
      try ClusterScorer(fitting: $0, clusters: 4, rule: .localOutlierFactor(), random: random())
    },
  ]

  private static let densities =
    [
      MethodCase("kde") { try KernelDensity(fitting: $0) },
      MethodCase("kde --kernel exponential --bandwidth 0.75") {
        try KernelDensity(fitting: $0, bandwidth: .fixed(0.75), kernel: .exponential)
      },
      MethodCase("mahalanobis") { try Mahalanobis(fitting: $0) },
      MethodCase("ledoit-wolf") { try Mahalanobis(fitting: $0, covariance: .ledoitWolf) },
      MethodCase("mcd --support-fraction 0.75 --regularization 0.125") {
        try Mahalanobis(
          fitting: $0, covariance: .minimumDeterminant(supportFraction: 0.75, regularization: 0.125, seed: 5))
      },
      MethodCase("ocsvm --nu 0.25 --gamma 0.5") {
        try OneClassSVM(fitting: $0, nu: 0.25, kernel: .radial(gamma: 0.5))
      },
      MethodCase("ocsvm --nu 0.5 --kernel linear") { try OneClassSVM(fitting: $0, nu: 0.5, kernel: .linear) },
    ]
    + [("full", CovarianceShape.full), ("tied", .tied), ("diagonal", .diagonal), ("spherical", .spherical)]
    .map { name, shape in
      MethodCase("gmm --components 2 --covariance \(name)") { x in
        var settings = GaussianMixture.Settings()
        settings.seed = 5
        return try GaussianMixture(fitting: x, components: 2, shape: shape, settings: settings)
      }
    }
}
