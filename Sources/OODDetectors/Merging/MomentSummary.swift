import GenModels

/// The number, means and co-moments of rows, which add up: with y the rows less their mean m, S = Σ y yᵀ, and for the shrinkage of Ledoit
/// and Wolf t = Σ ‖y‖² y and q = Σ ‖y‖⁴.
///
/// Moved to a mean at δ from theirs (T. F. Chan, G. H. Golub and R. J. LeVeque, 1979, for S; the others by writing them out), n rows have
/// S + n δδᵀ, t − tr(S) δ − 2 S δ − n ‖δ‖² δ, and q − 4 tᵀδ + 4 δᵀSδ + 2 tr(S) ‖δ‖² + n ‖δ‖⁴.
///
/// d² numbers, made by n·d² operations.
public struct MomentSummary: RowSummary {
  public private(set) var rowCount: Int
  /// m; of a constant column its value.
  public private(set) var mean: [Double]
  /// S.
  public private(set) var scatter: Matrix
  /// The smallest and the largest entry of each column.
  private(set) var ranges: [ClosedRange<Double>]
  /// t and q in units of 2^exponent, in which fourth powers neither overflow nor vanish.
  private var third: [Double]
  private var fourth: Double
  private var exponent: Int

  public var featureCount: Int { mean.count }

  /// - Throws: `TableError` for a table without rows or columns, with entries that are not finite or are above 10¹⁵⁰ in magnitude, and
  ///   where there is no memory for d² numbers.
  init(_ x: Matrix) throws(TableError) {
    try x.checkTraining()
    try x.checkMagnitudes()
    let moments = try Moments(of: x)
    rowCount = x.rows
    mean = moments.mean
    scatter = moments.covariance * Double(x.rows)
    ranges = x.columnRanges().map { $0.low...$0.high }
    let exponent = Self.exponent(scatter, x.rows)
    self.exponent = exponent
    let (d, mean, unit) = (x.columns, mean, 1.0.scaled(-exponent))
    let squares = x.rowScores { rows, count, squares in
      for i in 0..<count {
        var square = 0.0
        for k in 0..<d {
          let y = (rows[i * d + k] - mean[k]) * unit
          square += y * y
        }
        squares[i] = square
      }
    }
    third = ColumnMoments.columnSums(x) { row, i, sums in
      for k in 0..<d { sums[k] += squares[i] * ((row[k] - mean[k]) * unit) }
    }
    fourth = squares.reduce(0) { $0 + $1 * $1 }
  }

  public mutating func add(_ other: Self) {
    let (n, m) = (Double(rowCount), Double(other.rowCount))
    let difference = zip(mean, other.mean).map { $1 - $0 }
    let (here, there) = (difference.map { $0 * (m / (n + m)) }, difference.map { -$0 * (n / (n + m)) })
    var mine = self
    var theirs = other
    mine.scatter = Self.moved(scatter, n, by: here)
    theirs.scatter = Self.moved(other.scatter, m, by: there)
    let both = mine.scatter + theirs.scatter
    let exponent = Self.exponent(both, rowCount + other.rowCount)
    let (first, second) = (
      moved(by: here, exponent: exponent), other.moved(by: there, exponent: exponent)
    )
    third = zip(first.third, second.third).map(+)
    fourth = first.fourth + second.fourth
    self.exponent = exponent
    for k in mean.indices { mean[k] += here[k] }
    scatter = both
    ranges = zip(ranges, other.ranges).map {
      min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
    }
    rowCount += other.rowCount
  }

  /// S about a mean at δ.
  private static func moved(_ scatter: Matrix, _ n: Double, by delta: [Double]) -> Matrix {
    let d = delta.count
    return Matrix(rows: d, columns: d) { destination in
      scatter.withUnsafeElements { elements in
        for a in 0..<d {
          let factor = n * delta[a]
          for b in 0..<d { destination[a * d + b] = elements[a * d + b] + factor * delta[b] }
        }
      }
    }
  }

  /// t and q about a mean at δ, in units of 2^exponent.
  private func moved(by delta: [Double], exponent: Int) -> (third: [Double], fourth: Double) {
    let rescaling = self.exponent - exponent
    let delta = delta.map { $0.scaled(-exponent) }
    // S δ, in whose units S has two.
    let solved = (scatter * delta).map { $0.scaled(-exponent).scaled(-exponent) }
    let (n, d) = (Double(rowCount), delta.count)
    var (trace, square, inner, cubic) = (0.0, 0.0, 0.0, 0.0)
    let t = third.map { $0.scaled(3 * rescaling) }
    for k in 0..<d {
      trace += scatter[k, k].scaled(-2 * exponent)
      square += delta[k] * delta[k]
    }
    for k in 0..<d {
      inner += solved[k] * delta[k]
      cubic += t[k] * delta[k]
    }
    let third = (0..<d).map { t[$0] - trace * delta[$0] - 2 * solved[$0] - n * square * delta[$0] }
    let fourth =
      fourth.scaled(4 * rescaling) - 4 * cubic + 4 * inner + 2 * trace * square + n * square * square
    return (third, max(0, fourth))
  }

  /// The exponent of a unit of about the rows' distance from their mean.
  private static func exponent(_ scatter: Matrix, _ rows: Int) -> Int {
    let square = scatter.diagonal.reduce(0) { $0 + $1 / Double(rows) }
    guard square > 0, square.isFinite else { return 0 }
    return Int(square.squareRoot().exponent)
  }
}

extension MomentSummary {
  /// The maximum-likelihood mean and covariance.
  var moments: Moments { Moments(mean: mean, covariance: scatter * (1 / Double(rowCount))) }

  /// Σ ‖y‖⁴ in units of the square of some variance.
  func fourthMoment(unit: Double) -> Double {
    let factor = 1.0.scaled(2 * exponent) / unit
    return fourth * factor * factor
  }

  /// Throws where a column varies by so little that its square vanishes, or where there are fewer than two rows.
  func checkVariances() throws(TableError) {
    guard rowCount >= 2 else {
      throw .tooFewRows(found: rowCount, needed: 2, reason: "to estimate a covariance")
    }
    for (column, range) in ranges.enumerated() {
      let spread = range.upperBound - range.lowerBound
      if spread > 0, spread < Magnitudes.smallestSpread {
        throw .spreadTooSmall(column: column, low: range.lowerBound, high: range.upperBound)
      }
    }
  }

  public func encode(to archive: inout ModelArchive) throws {
    let d = featureCount
    archive["size"] = .float64([Double(rowCount), Double(d)], shape: [2])
    archive["mean"] = .float64(mean, shape: [d])
    archive["scatter"] = .float64(scatter.elements, shape: [d, d])
    archive["lows"] = .float64(ranges.map(\.lowerBound), shape: [d])
    archive["highs"] = .float64(ranges.map(\.upperBound), shape: [d])
    archive["third"] = .float64(third, shape: [d])
    archive["fourth"] = .float64([fourth, Double(exponent)], shape: [2])
  }

  public init(from archive: ModelArchive) throws {
    let (rows, d) = try archive.summarySize()
    rowCount = rows
    mean = try archive.finiteDoubles("mean", shape: [d])
    scatter = Matrix(rows: d, columns: d, elements: try archive.finiteDoubles("scatter", shape: [d, d]))
    let lows = try archive.finiteDoubles("lows", shape: [d])
    let highs = try archive.finiteDoubles("highs", shape: [d])
    third = try archive.finiteDoubles("third", shape: [d])
    let fourth = try archive.finiteDoubles("fourth", shape: [2])
    guard zip(lows, highs).allSatisfy({ $0 <= $1 }), scatter.diagonal.allSatisfy({ $0 >= 0 }), fourth[0] >= 0,
      abs(fourth[1]) <= 600, fourth[1] == fourth[1].rounded()
    else { throw ModelFileError.malformed(reason: "a range, a variance or a fourth moment is none") }
    ranges = zip(lows, highs).map { $0...$1 }
    self.fourth = fourth[0]
    exponent = Int(fourth[1])
  }
}
