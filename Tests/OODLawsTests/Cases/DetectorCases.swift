import GenModels
import OODDetectors
import OODLaws
import OODMetrics

/// The classical detectors of tables, some with more than one setting.
enum DetectorCases {
  static let all = features + forests + neighbours + densities + wrappers + parts

  /// A scorer of tables, fitted to the training table.
  static func table<Scorer: TableScorer>(
    _ name: String, leastDistinctShare: Double = 0.3, fit: @escaping @Sendable (Matrix) throws -> Scorer
  ) -> ModelLawCase {
    var expectations = LawExpectations()
    expectations.leastDistinctShare = leastDistinctShare
    return ModelLawCase(
      name, kind: Scorer.kind, inliers: LawData.fresh, outliers: LawData.outlier, expectations: expectations
    ) { try fit(LawData.training) }
  }

  private static let features = [
    table("three-sigma") { try ThreeSigmaDetector(fitting: $0) },
    table("three-sigma, mean") { try ThreeSigmaDetector(fitting: $0, aggregation: .mean) },
    table("median-deviation") { try MedianDeviationDetector(fitting: $0) },
    table("hbos") { try HBOS(fitting: $0) },
    table("hbos, automatic bins", leastDistinctShare: 0.1) { try HBOS(fitting: $0, bins: .automatic) },
    table("ecod") { try ECOD(fitting: $0) },
    table("copod") { try COPOD(fitting: $0) },
    table("loda") { try LODA(fitting: $0, projections: 30, using: RandomGenerator(seed: 1)) },
    table("pca") { try PrincipalComponentDetector(fitting: $0) },
    table("pca, normalized scores") { try PrincipalComponentDetector(fitting: $0, rule: .normalizedScores) },
    table("pca, reconstruction") {
      try PrincipalComponentDetector(fitting: $0, components: 2, rule: .reconstruction)
    },
  ]

  private static let mixedForest: ModelLawCase = {
    var law = table("mixed-isolation-forest") {
      try MixedIsolationForest(fitting: $0, trees: 20, sampleSize: 64, using: RandomGenerator(seed: 1))
    }
    law.expectations.acceptsGaps = true
    return law
  }()

  private static let forests = [
    mixedForest,
    table("isolation-forest") {
      try IsolationForest(fitting: $0, trees: 20, sampleSize: 64, using: RandomGenerator(seed: 1))
    },
    table("extended-isolation-forest") {
      try ExtendedIsolationForest(fitting: $0, trees: 20, sampleSize: 64, using: RandomGenerator(seed: 1))
    },
  ]

  private static let neighbours = [
    table("nearest-neighbours") { try NearestNeighbours(fitting: $0) },
    table("nearest-neighbours, manhattan mean") {
      try NearestNeighbours(fitting: $0, neighbours: 7, distance: .mean, metric: .manhattan)
    },
    table("nearest-neighbours, approximate") {
      try NearestNeighbours(fitting: $0, search: .approximate(.init(breadth: 30)))
    },
    table("neighbour-graph-indegree", leastDistinctShare: 0.04) {
      try NeighbourGraphIndegree(fitting: $0, neighbours: 10)
    },
    table("local-outlier-factor") { try LocalOutlierFactor(fitting: $0) },
    table("clusters") { try ClusterScorer(fitting: $0, starts: 2) },
    table("clusters, local outlier factor") {
      try ClusterScorer(fitting: $0, rule: .localOutlierFactor(), starts: 2)
    },
  ]

  private static let densities = [
    table("mahalanobis") { try Mahalanobis(fitting: $0) },
    table("mahalanobis, robust") { try Mahalanobis(fitting: $0, covariance: .minimumDeterminant()) },
    table("one-class-svm") { try OneClassSVM(fitting: $0, nu: 0.1) },
  ]

  /// Numbers, positions among three names, and seconds.
  private static func mixed(_ rows: Int, seed: UInt64) -> Matrix {
    let numbers = LawData.table(rows: rows, columns: 1, seed: seed)
    return Matrix((0..<rows).map { [numbers[$0, 0], Double($0 * 7 % 3), 1e9 + 5000 * Double($0)] })
  }

  /// Parts score nothing; they are the same when what they merge to is.
  private static let parts = [
    ModelLawCase(
      "detector-part", kind: DetectorPart<Mahalanobis>.kind, inliers: LawData.fresh,
      otherAnswers: { model in
        guard let part = model as? DetectorPart<Mahalanobis> else { return [] }
        let other = try DetectorPart<Mahalanobis>(
          of: LawData.table(rows: 50, seed: 7), shard: Shard(2, of: 2)!, settings: part.settings)
        return try part.merging(other).detector().score(LawData.fresh)
      },
      make: {
        try DetectorPart<Mahalanobis>(of: LawData.training, shard: Shard(1, of: 2)!, settings: .init())
      }),
    ModelLawCase(
      "histogram-ranges", kind: HistogramRanges<LODA>.kind, inliers: LawData.fresh,
      otherAnswers: { model in
        guard let ranges = model as? HistogramRanges<LODA> else { return [] }
        return try ranges.complete().flatMap { [$0.lowerBound, $0.upperBound] }
      },
      make: {
        try HistogramRanges<LODA>(
          of: LawData.training, shard: Shard(1, of: 1)!, settings: .init(projections: 9, seed: 2))
      }),
  ]

  private static let wrappers: [ModelLawCase] = {
    var filled = table("prepared, gaps filled") {
      try PreparedScorer(
        fitting: $0, columnNames: ["a", "b", "c", "d", "e"], imputesMedians: true, standardizes: true
      ) { try ECOD(fitting: $0) }
    }
    filled.expectations.acceptsGaps = true
    var imputed = table("imputed") { x in
      let imputer = try MissingDataAutoencoder.train(
        .init(columns: x.columns, hidden: [8], latent: 2, samples: 5), on: x,
        trainer: Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 3, batchSize: 64, seed: 1)
      ).model
      return try ImputedScorer(fitting: x, imputer: imputer, samples: 20) { try ECOD(fitting: $0) }
    }
    imputed.expectations.acceptsGaps = true
    return [
      filled, imputed,
      table("prepared") {
        try PreparedScorer(fitting: $0, standardizes: true) { try NearestNeighbours(fitting: $0) }
      },
      table("detector") { x in
        let scorer = try IsolationForest(
          fitting: x, trees: 10, sampleSize: 64, using: RandomGenerator(seed: 1))
        let calibration = try ConformalCalibration(scorer.score(LawData.table(rows: 100, seed: 9)))
        return try Detector(scorer, calibration: calibration, level: 0.05)
      },
      table("detector, prepared") { x in
        Detector(
          try PreparedScorer(fitting: x, standardizes: true) { try HBOS(fitting: $0) },
          threshold: Threshold(3))
      },
      ModelLawCase(
        "table-preparation", kind: TablePreparation.kind, inliers: LawData.fresh,
        otherAnswers: { model in
          guard let preparation = model as? TablePreparation else { return [] }
          return try preparation(LawData.fresh).elements
        },
        make: { try TablePreparation(fitting: LawData.training, imputesMedians: true, standardizes: true) }),
      ModelLawCase(
        "table-preparation, categories and times", kind: TablePreparation.kind, inliers: mixed(60, seed: 2),
        otherAnswers: { model in
          guard let preparation = model as? TablePreparation else { return [] }
          return try preparation(mixed(60, seed: 2)).elements
        },
        make: {
          try TablePreparation(
            fitting: mixed(200, seed: 1), columnKinds: [.number, .category(["a", "b", "c"]), .time],
            settings: TablePreparation.Settings())
        }),
    ]
  }()
}
