import GenModels

/// A scorer with the preparation of its tables, fitted, scored and saved as one.
///
/// ```swift
/// let scorer = try PreparedScorer(fitting: table, standardizes: true) { try NearestNeighbours(fitting: $0) }
/// ```
public struct PreparedScorer<Base: TableScorer>: TableScorer {
  public let preparation: TablePreparation
  /// Scores prepared tables.
  public let base: Base

  public var featureCount: Int { preparation.featureCount }
  public var columnNames: [String]? { preparation.columnNames }
  public var columnKinds: [ColumnKind]? { preparation.columnKinds }
  public var columnRanges: [ColumnRange]? { preparation.columnRanges }

  /// Learns the preparation from the table and fits a scorer to the prepared table.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - columnNames: The names of its columns, for tables that are matched by name.
  ///   - imputesMedians: See `TablePreparation`.
  ///   - standardizes: See `TablePreparation`.
  ///   - fit: Makes the scorer from the prepared table.
  /// - Throws: What `TablePreparation` and `fit` throw.
  public init(
    fitting x: Matrix, columnNames: [String]? = nil, imputesMedians: Bool = false,
    standardizes: Bool = false, fit: (Matrix) throws -> Base
  ) throws {
    let preparation = try TablePreparation(
      fitting: x, columnNames: columnNames, imputesMedians: imputesMedians, standardizes: standardizes)
    self.init(preparation, try fit(preparation(x)))
  }

  /// Learns the preparation from a table of numbers, times and categories, and fits a scorer to the prepared table.
  ///
  /// - Parameters:
  ///   - x: An example a row.
  ///   - columnNames: The names of its columns, for tables that are matched by name.
  ///   - columnKinds: What its columns hold; numbers where nil.
  ///   - settings: See `TablePreparation`.
  ///   - fit: Makes the scorer from the prepared table.
  /// - Throws: What `TablePreparation` and `fit` throw.
  public init(
    fitting x: Matrix, columnNames: [String]? = nil, columnKinds: [ColumnKind]? = nil,
    settings: TablePreparation.Settings, fit: (Matrix) throws -> Base
  ) throws {
    let preparation = try TablePreparation(
      fitting: x, columnNames: columnNames, columnKinds: columnKinds, settings: settings)
    self.init(preparation, try fit(preparation(x)))
  }

  /// A scorer of tables that were prepared by `preparation`. Traps when it was fitted to another number of columns.
  public init(_ preparation: TablePreparation, _ base: Base) {
    precondition(
      preparation.preparedCount == base.featureCount,
      "A scorer of \(base.featureCount) columns can't score tables of \(preparation.preparedCount).")
    self.preparation = preparation
    self.base = base
  }

  /// Gaps are fine where the preparation fills them.
  public func check(_ x: Matrix) throws(ExampleError) { try preparation.check(x) }

  public func score(checked x: Matrix) throws -> [Double] { try base.score(preparation.prepared(checked: x)) }

  /// The score of one row; it takes no memory of its own.
  public func score(row: UnsafeBufferPointer<Double>) throws -> Double {
    try preparation.check(row)
    return try withUnsafeTemporaryAllocation(of: Double.self, capacity: preparation.preparedCount) {
      preparation.prepare(row.baseAddress!, to: $0.baseAddress!)
      return try base.score(row: UnsafeBufferPointer($0))
    }
  }
}

extension PreparedScorer: ExplainableScorer where Base: ExplainableScorer {
  public var contributionRule: ContributionRule { base.contributionRule }
  public func contributions(checked x: Matrix) throws -> Matrix {
    preparation.folded(
      try base.contributions(preparation.prepared(checked: x)), rule: base.contributionRule)
  }
}

extension PreparedScorer: LeaveOneOutScorer where Base: LeaveOneOutScorer {
  public func leaveOneOutScores() throws -> [Double]? { try base.leaveOneOutScores() }
}

extension PreparedScorer {
  public static var kind: String { "prepared" }
  // In version 1 the preparation's numbers stood beside the scorer.
  public static var version: Int { 2 }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    try archive.setPart("preparation", preparation)
    try archive.setPart("scorer", base)
  }

  public init(from archive: ModelArchive) throws {
    let base = try archive.part("scorer", as: Base.self)
    let preparation =
      archive.version == 1
      ? try TablePreparation(versionOne: archive, featureCount: base.featureCount)
      : try archive.part("preparation", as: TablePreparation.self)
    guard preparation.preparedCount == base.featureCount else {
      throw ModelFileError.malformed(
        reason:
          "the preparation makes \(preparation.preparedCount) columns, and the scorer takes \(base.featureCount)"
      )
    }
    self.init(preparation, base)
  }
}
