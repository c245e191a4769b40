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
    /// Training rows that `Imputation.nearest` takes the mean of; 5 where nil.
    public var neighbours: Int?

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
    /// The mean over the training rows nearest to the row that have the entry: see `NearestRows`.
    case nearest
    /// Nothing: they stay, for a scorer that takes them (`MixedIsolationForest`). Columns are not scaled then.
    case keep
  }

  /// What columns are scaled by.
  public enum Scaling: String, Sendable, Hashable, Codable, CaseIterable {
    case none
    /// (x − mean) / standard deviation, with n in the denominator; constant columns are only centred.
    case standard
    /// (x − median) / (75% quantile − 25% quantile); the standard deviation where those are equal.
    case robust
    /// The standard normal quantile of the share of training entries below: see `FeatureScaling`. Beyond the training entries all
    /// values count as the outermost, so that it suits detectors that look at how columns go together.
    case quantile
    /// Yeo and Johnson's power (2000) that makes the column most nearly normal, then as `standard`.
    case power
  }

  public let settings: Settings
  /// How columns become features.
  public let encoding: ColumnEncoding
  /// What gaps are filled with; nil leaves them, for scorers to refuse.
  let filling: GapFilling?
  /// Columns with an indicator of gaps, which stand behind the features.
  public let indicatedColumns: [Int]
  /// How features and indicators are scaled, after filling.
  let scaling: FeatureScaling
  /// Columns that hold one value in all of the training table's rows.
  public let constantColumns: [Int]
  /// What each column usually holds; nil where a file does not say.
  public let columnRanges: [ColumnRange]?
  /// The names of the training table's columns, in order, where they are known.
  public let columnNames: [String]?

  /// Columns of a table that is prepared.
  public var featureCount: Int { encoding.kinds.count }

  /// Columns of the prepared table.
  public var preparedCount: Int { scaling.means.count }

  /// NaN in a feature is filled with these, where no neighbours fill it; nil where gaps are left.
  public var fills: [Double]? { filling?.values }

  /// Subtracted from each feature and indicator, after filling.
  public var means: [Double] { scaling.means }

  /// Each feature and indicator is divided by these.
  public var scales: [Double] { scaling.scales }

  /// Features of the prepared table that are positions among names, whose order means little (`ColumnEncoding.Coding.ordinal`).
  public var categoryFeatures: Set<Int> {
    guard settings.coding == .ordinal else { return [] }
    return Set(
      zip(encoding.kinds, encoding.featureRanges).compactMap { kind, range in
        if case .category = kind { range.lowerBound } else { nil }
      })
  }

  /// What each column holds; nil where all hold numbers.
  public var columnKinds: [ColumnKind]? { encoding.isIdentity ? nil : encoding.kinds }

  /// The preparation learned from a training table.
  /// - Parameters:
  ///   - x: An example a row; NaN for gaps, categories as positions among their names, times in seconds since 1970.
  ///   - columnNames: The names of its columns. Traps unless there is one for each.
  ///   - columnKinds: What its columns hold; numbers where nil. Traps unless there is one for each.
  ///   - settings: What is done.
  /// - Throws: `TableError` for a table without rows or columns, with infinities, with NaN that is not to be filled, with a column of
  ///   NaN alone, with more categories than there may be features, and for a number of neighbours below 1.
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
    constantColumns = (0..<x.columns).filter { x.isConstant(column: $0) }
    let features = encoding.encoded(x)
    filling = try GapFilling(fitting: features, encoding, settings)
    let filled = Self.filled(x, encoding, filling, indicatedColumns)
    if settings.imputation == .keep {
      guard settings.scaling == .none else {
        throw .invalidSetting(
          name: "scaling", value: settings.scaling.rawValue, expected: "none where gaps are kept")
      }
      try filled.withUnsafeElements { elements throws(TableError) in
        guard let bad = elements.firstIndex(where: \.isInfinite) else { return }
        throw .notFinite(row: bad / filled.columns, column: bad % filled.columns, value: elements[bad])
      }
    } else {
      try filled.checkTraining()
    }
    scaling = FeatureScaling(fitting: filled, by: settings.scaling)
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

  init(
    settings: Settings, encoding: ColumnEncoding, filling: GapFilling?, indicatedColumns: [Int],
    scaling: FeatureScaling, constantColumns: [Int], ranges: [ColumnRange]?, columnNames: [String]?
  ) {
    self.settings = settings
    self.encoding = encoding
    self.filling = filling
    self.indicatedColumns = indicatedColumns
    self.scaling = scaling
    self.constantColumns = constantColumns
    self.columnRanges = ranges
    self.columnNames = columnNames
  }

  /// Throws unless these are tables to prepare: as many columns as the training table, and finite numbers but for gaps that are
  /// filled.
  public func check(_ x: Matrix) throws(ExampleError) {
    guard x.columns == featureCount else {
      throw .unexpectedShape(found: [x.columns], expected: [featureCount])
    }
    try x.withUnsafeElements { elements throws(ExampleError) in
      for row in 0..<x.rows {
        try check(
          UnsafeBufferPointer(rebasing: elements[row * x.columns..<(row + 1) * x.columns]), example: row)
      }
    }
  }

  /// Throws unless this is a row to prepare, as `check` does. Takes no memory.
  package func check(_ row: UnsafeBufferPointer<Double>, example: Int = 0) throws(ExampleError) {
    guard row.count == featureCount else {
      throw .unexpectedShape(found: [row.count], expected: [featureCount])
    }
    let acceptsGaps = filling != nil || settings.imputation == .keep
    for (feature, value) in row.enumerated()
    where !value.isFinite && !(value.isNaN && (acceptsGaps || encoding.acceptsGaps(feature))) {
      throw .notFinite(example: example, feature: feature, value: value)
    }
  }

  /// The prepared table: each feature, or what fills it, scaled; beyond the greatest finite number, that one.
  /// - Throws: `ExampleError` for another number of columns, infinities, or NaN that is not to be filled.
  public func callAsFunction(_ x: Matrix) throws(ExampleError) -> Matrix {
    try check(x)
    return prepared(checked: x)
  }

  /// The prepared table, of one that was checked.
  package func prepared(checked x: Matrix) -> Matrix {
    let (columns, width) = (featureCount, preparedCount)
    return x.mapRows(width: width) { rows, count, result in
      for i in 0..<count { prepare(rows + i * columns, to: result + i * width) }
    }
  }

  /// One row, prepared, that was checked: `preparedCount` numbers. Takes no memory.
  package func prepare(_ row: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>) {
    Self.fill(row, to: result, encoding, filling, indicatedColumns)
    scaling.scale(result)
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
  /// Features with their gaps filled, and indicators of the table's gaps behind them.
  private static func filled(
    _ x: Matrix, _ encoding: ColumnEncoding, _ filling: GapFilling?, _ indicated: [Int]
  ) -> Matrix {
    let (columns, width) = (x.columns, encoding.featureCount + indicated.count)
    return x.mapRows(width: width) { rows, count, result in
      for i in 0..<count { fill(rows + i * columns, to: result + i * width, encoding, filling, indicated) }
    }
  }

  private static func fill(
    _ row: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>, _ encoding: ColumnEncoding,
    _ filling: GapFilling?, _ indicated: [Int]
  ) {
    encoding.encode(row, to: result)
    filling?.fill(result)
    let indicators = result + encoding.featureCount
    for number in indicated.indices { indicators[number] = row[indicated[number]].isNaN ? 1 : 0 }
  }
}

extension Matrix {
  /// Whether a column's entries that are not NaN are all equal, and one is there.
  package func isConstant(column: Int) -> Bool {
    withUnsafeElements { elements in
      var value = Double.nan
      for row in 0..<rows {
        let entry = elements[row * columns + column]
        if entry.isNaN || entry == value { continue }
        guard value.isNaN else { return false }
        value = entry
      }
      return !value.isNaN
    }
  }
}
