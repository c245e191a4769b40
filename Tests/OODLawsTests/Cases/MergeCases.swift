import GenModels
import OODDetectors
import OODLaws
import Testing

/// A detector under the laws of merging.
struct MergeCase: Sendable, CustomTestStringConvertible {
  let name: String
  let kind: String
  let violations: @Sendable () -> [LawViolation]
  var testDescription: String { name }

  /// Parts of unequal sizes.
  static let tables = [0..<90, 90..<160, 160..<161, 161..<300].map {
    LawData.table(rows: 300, seed: 1).taking($0)
  }
  static let whole = LawData.table(rows: 300, seed: 1)

  init<Base: MergeableDetector>(
    _ name: String, _ settings: Base.PartSettings, others: Base.PartSettings? = nil, tolerance: Double = 0,
    on tables: [Matrix] = tables, onePass: @escaping @Sendable ([Matrix]) throws -> Base
  ) {
    self.name = name
    kind = Base.kind
    violations = {
      MergeLaws.violations(
        of: Base.self, on: tables, settings: settings, others: others, scoring: LawData.fresh,
        tolerance: tolerance, onePass: onePass)
    }
  }

  private static func joined(_ tables: [Matrix]) -> Matrix {
    Matrix(
      rows: tables.reduce(0) { $0 + $1.rows }, columns: tables[0].columns,
      elements: tables.flatMap(\.elements))
  }

  private static let hbosRanges = try! HBOS.ranges(of: whole, settings: .init())
  private static let lodaRanges = try! LODA.ranges(of: whole, settings: .init(projections: 20, seed: 3))

  static let all: [MergeCase] = [
    MergeCase("three-sigma", .init(), others: .init(aggregation: .mean), tolerance: 1e-12) {
      try ThreeSigmaDetector(fitting: joined($0))
    },
    MergeCase("hbos", .init(ranges: hbosRanges), others: .init(ranges: hbosRanges, bins: 9)) {
      try HBOS(fitting: joined($0))
    },
    MergeCase(
      "loda", .init(ranges: lodaRanges, seed: 3), others: .init(ranges: lodaRanges, bins: 9, seed: 3)
    ) { try LODA(fitting: joined($0), projections: 20, using: RandomGenerator(seed: 3)) },
    MergeCase("mahalanobis", .init(), others: .init(shrinks: true), tolerance: 1e-10) {
      try Mahalanobis(fitting: joined($0))
    },
    MergeCase("mahalanobis, shrunk", .init(shrinks: true), tolerance: 1e-10) {
      try Mahalanobis(fitting: joined($0), covariance: .ledoitWolf)
    },
    MergeCase("mahalanobis, shrunk, few rows", .init(shrinks: true), tolerance: 1e-8, on: few) {
      try Mahalanobis(fitting: joined($0), covariance: .ledoitWolf)
    },
    MergeCase("mahalanobis, few rows", .init(), tolerance: 1e-6, on: few) {
      try Mahalanobis(fitting: joined($0))
    },
    MergeCase("pca", .init(), others: .init(components: 2), tolerance: 1e-8) {
      try PrincipalComponentDetector(fitting: joined($0))
    },
    MergeCase(
      "pca, reconstruction, not standardized",
      .init(components: 2, rule: .reconstruction, standardizes: false), tolerance: 1e-8
    ) {
      try PrincipalComponentDetector(
        fitting: joined($0), components: 2, rule: .reconstruction, standardizes: false)
    },
    MergeCase("pca, few rows", .init(rule: .normalizedScores), tolerance: 1e-6, on: few) {
      try PrincipalComponentDetector(fitting: joined($0), rule: .normalizedScores)
    },
    MergeCase(
      "isolation-forest", .init(trees: 13, sampleSize: 64, seed: 5),
      others: .init(trees: 13, sampleSize: 64, seed: 6), on: same
    ) { try IsolationForest(fitting: $0[0], trees: 13, sampleSize: 64, using: RandomGenerator(seed: 5)) },
    MergeCase(
      "extended-isolation-forest", .init(trees: 13, sampleSize: 64, splitFeatures: 2, seed: 5),
      others: .init(trees: 14, sampleSize: 64, splitFeatures: 2, seed: 5), on: same
    ) {
      try ExtendedIsolationForest(
        fitting: $0[0], trees: 13, sampleSize: 64, splitFeatures: 2, using: RandomGenerator(seed: 5))
    },
    MergeCase(
      "mixed-isolation-forest", .init(trees: 13, sampleSize: 64, seed: 5),
      others: .init(trees: 13, sampleSize: 32, seed: 5), on: same
    ) {
      try MixedIsolationForest(fitting: $0[0], trees: 13, sampleSize: 64, using: RandomGenerator(seed: 5))
    },
  ]

  /// Forests: parts that have the same rows divide the trees among themselves.
  private static let same = Array(repeating: LawData.training, count: 3)
  /// Fewer rows together than columns.
  private static let few = [1, 1, 2].enumerated().map {
    LawData.table(rows: $1, columns: 5, seed: UInt64($0))
  }
}

extension Matrix {
  fileprivate func taking(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      elements: Array(elements[range.lowerBound * columns..<range.upperBound * columns]))
  }
}
