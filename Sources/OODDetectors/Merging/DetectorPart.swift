import GenModels

/// What a detector learned from a part of the training rows. It scores nothing: `detector()` makes the detector once all parts are
/// merged. See `MergeableDetector`.
public struct DetectorPart<Base: MergeableDetector>: MergeablePart {
  public static var kind: String { "detector-part" }

  public let settings: Base.PartSettings
  public private(set) var summary: Base.Summary
  public private(set) var parts: PartNumbers
  /// The names of the table's columns, where it has them; parts with other names don't merge.
  public var columnNames: [String]?

  public var exampleShape: Shape { [summary.featureCount] }
  public var method: String { Base.kind }
  public var rowCount: Int { summary.rowCount }

  /// - Parameters:
  ///   - x: The rows of this part.
  ///   - shard: Which part of how many it is.
  ///   - settings: Those of all parts.
  ///   - columnNames: The names of the columns.
  /// - Throws: `TableError` for a table or settings that it can't be made of.
  public init(of x: Matrix, shard: Shard, settings: Base.PartSettings, columnNames: [String]? = nil) throws {
    summary = try Base.summary(of: x, shard: shard, settings: settings)
    self.settings = settings
    parts = try PartNumbers(shard)
    self.columnNames = columnNames
  }

  public func merging(_ other: Self) throws -> Self {
    try requireSameColumns(as: other)
    let parts = try parts.merging(other.parts)
    guard settings == other.settings else {
      throw MergeError.otherSettings(found: "\(other.settings)", expected: "\(settings)")
    }
    // In the order of the parts, so that it does not matter which is asked.
    var (first, second) = (self, other)
    if second.parts.numbers[0] < first.parts.numbers[0] { swap(&first, &second) }
    first.summary.add(second.summary)
    first.parts = parts
    return first
  }

  /// The detector of all parts.
  /// - Throws: `MergeError.incomplete` where parts are missing; `TableError` for rows that together can't be fitted to.
  public func detector() throws -> Base {
    try parts.requireComplete()
    return try Base(merging: summary, settings: settings)
  }

  public func merged() throws -> (any TableScorer)? { try detector() }
}

extension DetectorPart {
  public struct Configuration: Codable, Sendable {
    var method: String
    var settings: Base.PartSettings
    var parts: PartNumbers
  }

  public var configuration: Configuration {
    Configuration(method: Base.kind, settings: settings, parts: parts)
  }

  public func encode(to archive: inout ModelArchive) throws { try summary.encode(to: &archive) }

  public init(from archive: ModelArchive) throws {
    let configuration = try archive.configuration(as: Configuration.self)
    guard configuration.method == Base.kind else {
      throw ModelFileError.unexpectedModel(
        found: "detector-part of \(configuration.method)", expected: "detector-part of \(Base.kind)")
    }
    try configuration.parts.check()
    settings = configuration.settings
    parts = configuration.parts
    summary = try Base.Summary(from: archive)
    try Base.check(summary, settings: settings)
    columnNames = archive.columnNames
  }
}

/// What is read of a part's file before its type is known.
struct PartMethod: Codable {
  var method: String
}
