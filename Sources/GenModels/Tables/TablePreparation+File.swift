extension TablePreparation: Model {
  public static let kind = "table-preparation"

  public struct Configuration: Codable, Hashable, Sendable {
    var columnNames: [String]?
    // What files of tables of numbers, gaps and standard scales don't say.
    var settings: Settings?
    var encoding: ColumnEncoding?
    var indicatedColumns: [Int]?
    var ranges: [ColumnRange]?
    var constantColumns: [Int]?
  }

  public var configuration: Configuration {
    Configuration(
      columnNames: columnNames, settings: settings, encoding: encoding.isIdentity ? nil : encoding,
      indicatedColumns: indicatedColumns.isEmpty ? nil : indicatedColumns, ranges: columnRanges,
      constantColumns: constantColumns.isEmpty ? nil : constantColumns)
  }

  public var exampleShape: Shape { [featureCount] }

  public func encode(to archive: inout ModelArchive) {
    filling?.encode(to: &archive)
    scaling.encode(to: &archive)
  }

  public init(from archive: ModelArchive) throws {
    let count = try archive.shape("means", rank: 1)[0]
    let configuration = try archive.configuration(as: Configuration.self)
    let indicated = configuration.indicatedColumns ?? []
    let encoding = configuration.encoding ?? .identity(columns: count - indicated.count)
    try encoding.requireSense()
    let columns = encoding.kinds.count
    guard columns >= 1, (configuration.columnNames?.count ?? columns) == columns,
      encoding.featureCount + indicated.count == count, indicated.allSatisfy({ (0..<columns).contains($0) }),
      (configuration.ranges?.count ?? columns) == columns,
      (configuration.constantColumns ?? []).allSatisfy({ (0..<columns).contains($0) })
    else {
      throw ModelFileError.malformed(
        reason: """
          a preparation of \(columns) columns to \(count) has \(configuration.columnNames?.count ?? columns) column names, \
          \(configuration.ranges?.count ?? columns) ranges and \(indicated.count) indicators
          """)
    }
    try self.init(archive, configuration, encoding)
  }

  /// The preparation in a scorer's archive of version 1, where its numbers stood beside the scorer.
  package init(versionOne archive: ModelArchive, featureCount: Int) throws {
    try self.init(archive, Configuration(), .identity(columns: featureCount))
  }

  private init(
    _ archive: ModelArchive, _ configuration: Configuration, _ encoding: ColumnEncoding
  ) throws {
    let width = encoding.featureCount
    let prepared = width + (configuration.indicatedColumns?.count ?? 0)
    // Files that don't say tell by their arrays.
    var settings = configuration.settings ?? Settings()
    if configuration.settings == nil { settings.imputation = archive["medians"] == nil ? .none : .median }
    self.init(
      settings: settings, encoding: encoding,
      filling: try GapFilling(from: archive, width: width, settings),
      indicatedColumns: configuration.indicatedColumns ?? [],
      scaling: try FeatureScaling(from: archive, count: prepared, by: settings.scaling),
      constantColumns: configuration.constantColumns ?? [], ranges: configuration.ranges,
      columnNames: configuration.columnNames)
  }
}
