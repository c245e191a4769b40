import GenModels

/// A scorer with the preparation of its tables, fitted, scored and saved as one.
///
///     let scorer = try PreparedScorer(fitting: table, standardizes: true) { try KNNDetector(fitting: $0) }
public struct PreparedScorer<Base: TableScorer>: TableScorer {
  public static var kind: String { "prepared" }

  public let preparation: TablePreparation
  /// Scores prepared tables.
  public let base: Base

  public var featureCount: Int { preparation.featureCount }

  /// Learns the preparation from the table and fits a scorer to the prepared table.
  /// - Throws: What `TablePreparation` and `fit` throw.
  public init(
    fitting x: Matrix, imputesMedians: Bool = false, standardizes: Bool = false, fit: (Matrix) throws -> Base
  ) throws {
    preparation = try TablePreparation(fitting: x, imputesMedians: imputesMedians, standardizes: standardizes)
    base = try fit(preparation(x))
  }

  public func score(_ x: Matrix) throws -> [Double] { try base.score(preparation(x)) }
}

extension PreparedScorer: ExplainableScorer where Base: ExplainableScorer {
  public var contributionRule: ContributionRule { base.contributionRule }
  public func contributions(_ x: Matrix) throws -> Matrix { try base.contributions(preparation(x)) }
}

extension PreparedScorer: LeaveOneOutScorer where Base: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? { try base.leaveOneOutScores() }
}

extension PreparedScorer {
  public func encode(to archive: inout ScorerArchive) throws {
    if let medians = preparation.medians { archive["medians"] = .float64(medians, shape: [featureCount]) }
    archive["means"] = .float64(preparation.means, shape: [featureCount])
    archive["scales"] = .float64(preparation.scales, shape: [featureCount])
    try archive.setPart("scorer", base)
  }

  public init(from archive: ScorerArchive) throws {
    base = try Base(decoding: archive.part("scorer"))
    let shape: Shape = [base.featureCount]
    preparation = try TablePreparation(
      medians: archive["medians"] == nil ? nil : archive.finiteDoubles("medians", shape: shape),
      means: archive.finiteDoubles("means", shape: shape),
      scales: archive.positiveDoubles("scales", shape: shape))
  }
}
