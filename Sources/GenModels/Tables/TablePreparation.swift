/// What is done to a table before it is scored: times and categories become numbers, gaps are filled, columns scaled.
/// Everything comes from the training table alone.
///
/// ```swift
/// var settings = TablePreparation.Settings()
/// settings.imputation = .median
/// settings.scaling = .robust
/// let preparation = try TablePreparation(fitting: table, settings: settings)
/// let prepared = try preparation(table)
/// ```
public struct TablePreparation: Sendable, Hashable {
  /// How a table is prepared.
  public struct Settings: Sendable, Hashable, Codable {
    public var imputation = Imputation.none
    /// Whether each column that has gaps in the training table gets a feature beside it: 1 where there is a gap, else 0.
    public var hasIndicators = false
    public var coding = ColumnEncoding.Coding.oneHot
    public var scaling = Scaling.none

    public init() {}
  }

  /// What gaps are filled with.
  public enum Imputation: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing: they are refused.
    case none
    /// The median of the column's other entries.
    case median
    /// The most frequent of the column's other entries.
    case mostFrequent = "most-frequent"
  }

  /// What columns are scaled by.
  public enum Scaling: String, Sendable, Hashable, Codable, CaseIterable {
    case none
    /// (x − mean) / standard deviation, with n in the denominator; constant columns are only centred.
    case standard
    /// (x − median) / (75% quantile − 25% quantile); the standard deviation where those are equal.
    case robust
  }

  public let settings: Settings
  /// How columns become features.
  public let encoding: ColumnEncoding
  /// Fill NaN in a feature with these; nil leaves them, for scorers to refuse.
  public let fills: [Double]?
  /// Columns with an indicator of gaps, which stand behind the features.
  public let indicatedColumns: [Int]
  /// Subtracted from each feature and indicator, after filling.
  public let means: [Double]
  /// Each feature and indicator is divided by these.
  public let scales: [Double]
  /// What each column usually holds; nil where a file does not say.
  public let columnRanges: [ColumnRange]?
  /// The names of the training table's columns, in order, where they are known.
  public let columnNames: [String]?

  /// Columns of a table that is prepared.
  public var featureCount: Int { encoding.kinds.count }

  /// Columns of the prepared table.
  public var preparedCount: Int { means.count }

  /// What each column holds; nil where all hold numbers.
  public var columnKinds: [ColumnKind]? { encoding.isIdentity ? nil : encoding.kinds }

  /// The preparation learned from a training table.
  /// - Parameters:
  ///   - x: An example a row; NaN for gaps, categories as positions among their names, times in seconds since 1970.
  ///   - columnNames: The names of its columns. Traps unless there is one for each.
  ///   - columnKinds: What its columns hold; numbers where nil. Traps unless there is one for each.
  ///   - settings: What is done.
  /// - Throws: `TableError` for a table without rows or columns, with infinities, with NaN that is not to be filled, with a column of
  ///   NaN alone, and with more categories than there may be features.
  public init(
    fitting x: Matrix, columnNames: [String]? = nil, columnKinds: [ColumnKind]? = nil, settings: Settings
  ) throws(TableError) {
    precondition(
      (columnNames?.count ?? x.columns) == x.columns,
      "A table of \(x.columns) columns has \(columnNames?.count ?? 0) column names.")
    let kinds = columnKinds ?? Array(repeating: .number, count: x.columns)
    self.columnNames = columnNames
    self.settings = settings
    encoding = try ColumnEncoding(fitting: x, kinds: kinds, coding: settings.coding)
    guard x.columns > 0 else { throw .noColumns }
    columnRanges = (0..<x.columns).map { ColumnRange(x.column($0), kind: kinds[$0]) }
    indicatedColumns =
      settings.hasIndicators ? (0..<x.columns).filter { x.column($0).contains(where: \.isNaN) } : []
    let features = encoding.encoded(x)
    fills = try Self.fills(features, encoding, settings.imputation)
    let filled = Self.fill(features, fills, indicating: indicatedColumns, of: x)
    try filled.checkTraining()
    switch settings.scaling {
    case .none:
      means = Array(repeating: 0, count: filled.columns)
      scales = Array(repeating: 1, count: filled.columns)
    case .standard:
      let moments = ColumnMoments(filled)
      (means, scales) = (moments.means, moments.scales)
    case .robust: (means, scales) = Self.robust(filled)
    }
  }

  /// The preparation learned from a table of numbers.
  /// - Parameters:
  ///   - x: An example a row.
  ///   - columnNames: The names of its columns. Traps unless there is one for each.
  ///   - imputesMedians: Whether NaN is filled with the median of its column's other entries.
  ///   - standardizes: Whether columns get mean 0 and standard deviation 1 (n in the denominator; constant
  ///     columns are only centred, as in scikit-learn's `StandardScaler`).
  /// - Throws: As `init(fitting:columnNames:columnKinds:settings:)`.
  public init(
    fitting x: Matrix, columnNames: [String]? = nil, imputesMedians: Bool, standardizes: Bool
  ) throws(TableError) {
    var settings = Settings()
    settings.imputation = imputesMedians ? .median : .none
    settings.scaling = standardizes ? .standard : .none
    try self.init(fitting: x, columnNames: columnNames, settings: settings)
  }

  private init(
    settings: Settings, encoding: ColumnEncoding, fills: [Double]?, indicatedColumns: [Int], means: [Double],
    scales: [Double], ranges: [ColumnRange]?, columnNames: [String]?
  ) {
    self.settings = settings
    self.encoding = encoding
    self.fills = fills
    self.indicatedColumns = indicatedColumns
    self.means = means
    self.scales = scales
    self.columnRanges = ranges
    self.columnNames = columnNames
  }

  /// Throws unless these are tables to prepare: as many columns as the training table, and finite numbers but for gaps that are
  /// filled.
  public func check(_ x: Matrix) throws(ExampleError) {
    guard x.columns == featureCount else {
      throw .unexpectedShape(found: [x.columns], expected: [featureCount])
    }
    let accepts = (0..<featureCount).map { fills != nil || encoding.acceptsGaps($0) }
    let bad = x.withUnsafeElements { elements in
      elements.indices.first { position in
        let value = elements[position]
        return !value.isFinite && !(value.isNaN && accepts[position % featureCount])
      }
    }
    guard let bad else { return }
    throw .notFinite(
      example: bad / featureCount, feature: bad % featureCount, value: x.withUnsafeElements { $0[bad] })
  }

  /// The prepared table: ((x or fill) − mean) / scale of each feature; beyond the greatest finite number, that one.
  /// - Throws: `ExampleError` for another number of columns, infinities, or NaN that is not to be filled.
  public func callAsFunction(_ x: Matrix) throws(ExampleError) -> Matrix {
    try check(x)
    return prepared(checked: x)
  }

  /// The prepared table, of one that was checked.
  package func prepared(checked x: Matrix) -> Matrix {
    let filled = Self.fill(encoding.encoded(x), fills, indicating: indicatedColumns, of: x)
    let (means, scales, d) = (means, scales, preparedCount)
    return filled.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = standardized(rows[i * d + j], means[j], scales[j]) }
      }
    }
  }

  /// What contributions of the prepared columns amount to for each column of the table, by the rule that makes the score of them. An
  /// indicator of gaps counts with its column.
  package func folded(_ contributions: Matrix, rule: ContributionRule) -> Matrix {
    guard !encoding.isIdentity || !indicatedColumns.isEmpty else { return contributions }
    var parts = encoding.featureRanges.map { Array($0) }
    for (number, column) in indicatedColumns.enumerated() {
      parts[column].append(encoding.featureCount + number)
    }
    var folded = Matrix(rows: contributions.rows, columns: featureCount, repeating: 0)
    // The mean over features becomes one over columns.
    let share = rule == .mean ? Double(featureCount) / Double(preparedCount) : 1
    for row in 0..<contributions.rows {
      for (column, features) in parts.enumerated() {
        var total = rule == .maximum ? -Double.infinity : 0
        for feature in features {
          let part = contributions[row, feature]
          total = rule == .maximum ? max(total, part) : total + part * share
        }
        folded[row, column] = features.isEmpty ? 0 : total
      }
    }
    return folded
  }
}

extension TablePreparation {
  private static func fills(
    _ features: Matrix, _ encoding: ColumnEncoding, _ imputation: Imputation
  ) throws(TableError) -> [Double]? {
    guard imputation != .none else { return nil }
    var fills: [Double] = []
    for (column, range) in encoding.featureRanges.enumerated() {
      for feature in range {
        var present = features.column(feature).filter { !$0.isNaN }
        guard !present.isEmpty else { throw .emptyColumn(column: column) }
        present.sort()
        fills.append(
          imputation == .median
            ? Quantiles.median(sorted: present) : ColumnRange.mostFrequent(sorted: present))
      }
    }
    return fills
  }

  /// Features with their gaps filled, and indicators of the table's gaps behind them.
  private static func fill(
    _ features: Matrix, _ fills: [Double]?, indicating columns: [Int], of x: Matrix
  ) -> Matrix {
    guard fills != nil || !columns.isEmpty else { return features }
    let (d, width) = (features.columns, features.columns + columns.count)
    var filled = features.mapRows(width: width) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d {
          let value = rows[i * d + j]
          result[i * width + j] = value.isNaN ? fills?[j] ?? value : value
        }
        for j in d..<width { result[i * width + j] = 0 }
      }
    }
    for (number, column) in columns.enumerated() {
      for row in 0..<x.rows where x[row, column].isNaN { filled[row, d + number] = 1 }
    }
    return filled
  }

  private static func robust(_ x: Matrix) -> (means: [Double], scales: [Double]) {
    let moments = ColumnMoments(x)
    var (medians, scales) = (moments.means, moments.scales)
    for j in 0..<x.columns {
      let sorted = x.column(j).sorted()
      medians[j] = Quantiles.median(sorted: sorted)
      let spread =
        Quantiles.interpolated(sorted: sorted, level: 0.75)
        - Quantiles.interpolated(sorted: sorted, level: 0.25)
      if spread > 0 && spread.isFinite { scales[j] = spread }
    }
    return (medians, scales)
  }
}

extension TablePreparation: Model {
  public static let kind = "table-preparation"

  public struct Configuration: Codable, Hashable, Sendable {
    var columnNames: [String]?
    // What files of tables of numbers, gaps and standard scales don't say.
    var settings: Settings?
    var encoding: ColumnEncoding?
    var indicatedColumns: [Int]?
    var ranges: [ColumnRange]?
  }

  public var configuration: Configuration {
    Configuration(
      columnNames: columnNames, settings: settings, encoding: encoding.isIdentity ? nil : encoding,
      indicatedColumns: indicatedColumns.isEmpty ? nil : indicatedColumns, ranges: columnRanges)
  }

  public var exampleShape: Shape { [featureCount] }

  public func encode(to archive: inout ModelArchive) {
    if let fills { archive["medians"] = .float64(fills, shape: [fills.count]) }
    archive["means"] = .float64(means, shape: [preparedCount])
    archive["scales"] = .float64(scales, shape: [preparedCount])
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
      (configuration.ranges?.count ?? columns) == columns
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
    let fills = archive["medians"] == nil ? nil : try archive.finiteDoubles("medians", shape: [width])
    var settings = Settings()
    settings.imputation = fills == nil ? .none : .median
    self.init(
      settings: configuration.settings ?? settings, encoding: encoding, fills: fills,
      indicatedColumns: configuration.indicatedColumns ?? [],
      means: try archive.finiteDoubles("means", shape: [prepared]),
      scales: try archive.positiveDoubles("scales", shape: [prepared]), ranges: configuration.ranges,
      columnNames: configuration.columnNames)
  }
}

/// (x − mean) / scale, at most the greatest finite number in magnitude.
@inline(__always)
package func standardized(_ x: Double, _ mean: Double, _ scale: Double) -> Double {
  let result = (x - mean) / scale
  if result.isFinite { return result }
  // The difference may be beyond the finite numbers where the quotient isn't.
  return ((x / 2 - mean / 2) / scale * 2).saturated
}
