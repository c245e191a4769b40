import GenModels

/// What is done to a table before it is scored: gaps filled with the columns' medians, columns standardised.
/// Its numbers come from the training table alone.
public struct TablePreparation: Sendable, Hashable {
  /// Fill NaN in a column with these; nil leaves them, for scorers to refuse.
  public let medians: [Double]?
  /// Subtracted from each column, after filling.
  public let means: [Double]
  /// Each column is divided by these.
  public let scales: [Double]

  public var featureCount: Int { means.count }

  /// The preparation learned from a training table.
  /// - Parameters:
  ///   - x: An example a row.
  ///   - imputesMedians: Whether NaN is filled with the median of its column's other entries.
  ///   - standardizes: Whether columns get mean 0 and standard deviation 1 (n in the denominator; constant
  ///     columns are only centred, as in scikit-learn's `StandardScaler`).
  /// - Throws: `TableError` for a table without rows or columns, with infinities, with NaN that is not to be
  ///   filled, or with a column of NaN alone.
  public init(fitting x: Matrix, imputesMedians: Bool, standardizes: Bool) throws(TableError) {
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

  init(medians: [Double]?, means: [Double], scales: [Double]) {
    self.medians = medians
    self.means = means
    self.scales = scales
  }

  /// The prepared table: ((x or median) − mean) / scale; beyond the greatest finite number, that one.
  /// - Throws: `TableError` for another number of columns, infinities, or NaN that is not to be filled.
  public func callAsFunction(_ x: Matrix) throws(TableError) -> Matrix {
    guard x.columns == featureCount else {
      throw .wrongColumnCount(found: x.columns, expected: featureCount)
    }
    let filled = medians.map { Self.fill(x, $0) } ?? x
    try filled.checkFeatures(featureCount)
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

/// (x − mean) / scale, at most the greatest finite number in magnitude.
@inline(__always)
func standardized(_ x: Double, _ mean: Double, _ scale: Double) -> Double {
  let result = (x - mean) / scale
  if result.isFinite { return result }
  // The difference may be beyond the finite numbers where the quotient isn't.
  return ((x / 2 - mean / 2) / scale * 2).saturated
}
