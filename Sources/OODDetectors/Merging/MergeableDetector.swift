import GenModels

/// A detector that is fitted by way of a summary of its training rows, and summaries of parts of the rows add up: so parts may lie on
/// several machines, or not fit into memory together.
///
/// ```swift
/// let settings = Mahalanobis.PartSettings(shrinks: true)
/// let first = try DetectorPart<Mahalanobis>(of: left, shard: Shard(1, of: 2)!, settings: settings)
/// let second = try DetectorPart<Mahalanobis>(of: right, shard: Shard(2, of: 2)!, settings: settings)
/// let detector = try first.merging(second).detector()
/// ```
///
/// The detector is that of all rows in one pass: to the bit where what adds up are counts or trees (`HBOS`, `LODA`, the forests), and to
/// rounding for sums (`ThreeSigmaDetector`, `Mahalanobis`, `PrincipalComponentDetector`).
///
/// A threshold or a calibration is learned from scores, and scores of parts mean nothing: calibrate the merged detector.
public protocol MergeableDetector: TableScorer {
  /// What all parts must agree on.
  associatedtype PartSettings: Codable & Hashable & Sendable
  /// What is known of some rows.
  associatedtype Summary: RowSummary

  /// The summary of a part of the training rows.
  /// - Parameters:
  ///   - x: The rows of this part.
  ///   - shard: Which part it is; detectors that divide work, such as a forest its trees, go by it.
  ///   - settings: Those of all parts.
  /// - Throws: `TableError` for a table or settings that it can't be made of.
  static func summary(of x: Matrix, shard: Shard, settings: PartSettings) throws -> Summary

  /// Checks that a summary from a file goes with the settings beside it. Nothing is checked unless said.
  static func check(_ summary: Summary, settings: PartSettings) throws

  /// The detector of all rows.
  /// - Throws: `TableError` for rows that together can't be fitted to; for a summary from a file that does not go with the settings,
  ///   `ModelFileError`.
  init(merging summary: Summary, settings: PartSettings) throws
}

extension MergeableDetector {
  public static func check(_ summary: Summary, settings: PartSettings) throws {}
}

/// What is known of some rows of a table, and adds up.
public protocol RowSummary: Sendable {
  /// How many rows it is of.
  var rowCount: Int { get }
  /// How many columns they have.
  var featureCount: Int { get }

  /// Adds the summary of other rows with as many columns, made with the same settings.
  mutating func add(_ other: Self)

  /// Writes its arrays, whose names have no slash.
  func encode(to archive: inout ModelArchive) throws

  /// What `encode` wrote; the archive may hold anything.
  init(from archive: ModelArchive) throws
}

/// A mergeable detector whose histograms need to know how far the values of all rows reach: from a first pass over all parts, or stated.
public protocol RangedDetector: MergeableDetector {
  /// What a first pass needs to know.
  associatedtype RangeSettings: Codable & Hashable & Sendable

  /// The smallest and the largest value of each histogram on these rows.
  /// - Throws: `TableError` for a table that has none, or reaches too far.
  static func ranges(of x: Matrix, settings: RangeSettings) throws -> [ClosedRange<Double>]
}
