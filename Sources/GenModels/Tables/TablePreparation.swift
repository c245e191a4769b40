/// What is done to a table before it is scored: gaps filled with the columns' medians, columns standardised.
/// Its numbers come from the training table alone.
public struct TablePreparation: Sendable, Hashable {
  /// Fill NaN in a column with these; nil leaves them, for scorers to refuse.
  public let medians: [Double]?
  /// Subtracted from each column, after filling.
  public let means: [Double]
  /// Each column is divided by these.
  public let scales: [Double]

  /// The names of the training table's columns, in order, where they are known.
  public let columnNames: [String]?

  public var featureCount: Int { means.count }

  /// The preparation learned from a training table.
  /// - Parameters:
  ///   - x: An example a row.
  ///   - columnNames: The names of its columns. Traps unless there is one for each.
  ///   - imputesMedians: Whether NaN is filled with the median of its column's other entries.
  ///   - standardizes: Whether columns get mean 0 and standard deviation 1 (n in the denominator; constant
  ///     columns are only centred, as in scikit-learn's `StandardScaler`).
  /// - Throws: `TableError` for a table without rows or columns, with infinities, with NaN that is not to be
  ///   filled, or with a column of NaN alone.
  public init(
    fitting x: Matrix, columnNames: [String]? = nil, imputesMedians: Bool, standardizes: Bool
  ) throws(TableError) {
    precondition(
      (columnNames?.count ?? x.columns) == x.columns,
      "A table of \(x.columns) columns has \(columnNames?.count ?? 0) column names.")
    self.columnNames = columnNames
    var filled = x
    if imputesMedians {
      guard x.columns > 0 else { throw .noColumns }
      var medians: [Double] = []
      for j in 0..<x.columns {
        var present = x.column(j).filter { !$0.isNaN }
        guard !present.isEmpty else { throw .emptyColumn(column: j) }
        present.sort()
        medians.append(Quantiles.median(sorted: present))
      }
      self.medians = medians
      filled = Self.fill(x, medians)
    } else {
      medians = nil
    }
    try filled.checkTraining()
    let moments = ColumnMoments(filled)
    means = standardizes ? moments.means : Array(repeating: 0, count: x.columns)
    scales = standardizes ? moments.scales : Array(repeating: 1, count: x.columns)
  }

  private init(medians: [Double]?, means: [Double], scales: [Double], columnNames: [String]?) {
    self.columnNames = columnNames
    self.medians = medians
    self.means = means
    self.scales = scales
  }

  /// Throws unless these are tables to prepare: as many columns as the training table, and finite numbers but for gaps that are
  /// filled.
  public func check(_ x: Matrix) throws(ExampleError) {
    guard medians != nil else { return try x.requireExamples(of: [featureCount]) }
    guard x.columns == featureCount else {
      throw .unexpectedShape(found: [x.columns], expected: [featureCount])
    }
    guard let position = x.withUnsafeElements({ $0.firstIndex(where: \.isInfinite) }) else { return }
    throw .notFinite(
      example: position / featureCount, feature: position % featureCount,
      value: x.withUnsafeElements { $0[position] })
  }

  /// The prepared table: ((x or median) − mean) / scale; beyond the greatest finite number, that one.
  /// - Throws: `ExampleError` for another number of columns, infinities, or NaN that is not to be filled.
  public func callAsFunction(_ x: Matrix) throws(ExampleError) -> Matrix {
    try check(x)
    return prepared(checked: x)
  }

  /// The prepared table, of one that was checked.
  package func prepared(checked x: Matrix) -> Matrix {
    let filled = medians.map { Self.fill(x, $0) } ?? x
    let (means, scales, d) = (means, scales, featureCount)
    return filled.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = standardized(rows[i * d + j], means[j], scales[j]) }
      }
    }
  }

  private static func fill(_ x: Matrix, _ medians: [Double]) -> Matrix {
    let d = x.columns
    return x.mapRows(width: d) { rows, count, result in
      for i in 0..<count {
        for j in 0..<d { result[i * d + j] = rows[i * d + j].isNaN ? medians[j] : rows[i * d + j] }
      }
    }
  }
}

extension TablePreparation: Model {
  public static let kind = "table-preparation"

  public struct Configuration: Codable, Hashable, Sendable {
    var columnNames: [String]?
  }

  public var configuration: Configuration { Configuration(columnNames: columnNames) }

  public var exampleShape: Shape { [featureCount] }

  public func encode(to archive: inout ModelArchive) {
    if let medians { archive["medians"] = .float64(medians, shape: [featureCount]) }
    archive["means"] = .float64(means, shape: [featureCount])
    archive["scales"] = .float64(scales, shape: [featureCount])
  }

  public init(from archive: ModelArchive) throws {
    let count = try archive.shape("means", rank: 1)[0]
    let names = try archive.configuration(as: Configuration.self).columnNames
    guard count >= 1, (names?.count ?? count) == count else {
      throw ModelFileError.malformed(
        reason: "a preparation of \(count) columns has \(names?.count ?? 0) column names")
    }
    try self.init(archive, featureCount: count, columnNames: names)
  }

  /// The preparation in a scorer's archive of version 1, where its numbers stood beside the scorer.
  package init(versionOne archive: ModelArchive, featureCount: Int) throws {
    try self.init(archive, featureCount: featureCount, columnNames: nil)
  }

  private init(_ archive: ModelArchive, featureCount: Int, columnNames: [String]?) throws {
    let shape: Shape = [featureCount]
    self.init(
      medians: archive["medians"] == nil ? nil : try archive.finiteDoubles("medians", shape: shape),
      means: try archive.finiteDoubles("means", shape: shape),
      scales: try archive.positiveDoubles("scales", shape: shape), columnNames: columnNames)
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
