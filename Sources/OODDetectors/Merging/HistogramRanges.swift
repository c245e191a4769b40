import GenModels

/// How far the histograms of some rows reach: what a first pass over the parts of a table learns. All parts' ranges together are the
/// `ranges` in the settings of the second pass.
public struct HistogramRanges<Base: RangedDetector>: MergeablePart {
  public static var kind: String { "histogram-ranges" }

  public let settings: Base.RangeSettings
  /// The smallest and the largest value of each histogram on these rows.
  public private(set) var ranges: [ClosedRange<Double>]
  public private(set) var parts: PartNumbers
  public private(set) var rowCount: Int
  public let featureCount: Int
  /// The names of the table's columns, where it has them.
  public var columnNames: [String]?

  public var exampleShape: Shape { [featureCount] }
  public var method: String { Base.kind }

  /// - Throws: `TableError` for a table without rows or columns, with numbers that are not finite, or that reaches too far.
  public init(of x: Matrix, shard: Shard, settings: Base.RangeSettings, columnNames: [String]? = nil) throws {
    ranges = try Base.ranges(of: x, settings: settings)
    self.settings = settings
    parts = try PartNumbers(shard)
    rowCount = x.rows
    featureCount = x.columns
    self.columnNames = columnNames
  }

  public func merging(_ other: Self) throws -> Self {
    try requireSameColumns(as: other)
    var merged = self
    merged.parts = try parts.merging(other.parts)
    guard settings == other.settings else {
      throw MergeError.otherSettings(found: "\(other.settings)", expected: "\(settings)")
    }
    merged.rowCount += other.rowCount
    merged.ranges = zip(ranges, other.ranges).map {
      min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
    }
    return merged
  }

  /// The ranges of all rows.
  /// - Throws: `MergeError.incomplete` where parts are missing.
  public func complete() throws(MergeError) -> [ClosedRange<Double>] {
    try parts.requireComplete()
    return ranges
  }

  public func merged() throws -> (any TableScorer)? {
    try parts.requireComplete()
    return nil
  }
}

extension HistogramRanges {
  public struct Configuration: Codable, Sendable {
    var method: String
    var settings: Base.RangeSettings
    var parts: PartNumbers
    var rows: Int
    var features: Int
  }

  public var configuration: Configuration {
    Configuration(
      method: Base.kind, settings: settings, parts: parts, rows: rowCount, features: featureCount)
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["lows"] = .float64(ranges.map(\.lowerBound), shape: [ranges.count])
    archive["highs"] = .float64(ranges.map(\.upperBound), shape: [ranges.count])
  }

  public init(from archive: ModelArchive) throws {
    let configuration = try archive.configuration(as: Configuration.self)
    guard configuration.method == Base.kind else {
      throw ModelFileError.unexpectedModel(
        found: "histogram-ranges of \(configuration.method)", expected: "histogram-ranges of \(Base.kind)")
    }
    try configuration.parts.check()
    let lows = try archive.finiteDoubles("lows")
    let highs = try archive.finiteDoubles("highs", shape: [lows.count])
    guard !lows.isEmpty, zip(lows, highs).allSatisfy({ $0 <= $1 }), configuration.rows >= 1,
      configuration.features >= 1
    else { throw ModelFileError.malformed(reason: "a range ends before it begins, or there is none") }
    settings = configuration.settings
    parts = configuration.parts
    rowCount = configuration.rows
    featureCount = configuration.features
    ranges = zip(lows, highs).map { $0...$1 }
    columnNames = archive.columnNames
  }
}
