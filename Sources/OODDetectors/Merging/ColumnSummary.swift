import GenModels

/// The number, means and standard deviations of rows, which add up (T. F. Chan, G. H. Golub and R. J. LeVeque, 1979): with δ the
/// difference of the means and a, b the shares of the rows, σ² = a σ₁² + b σ₂² + a b δ².
public struct ColumnSummary: RowSummary {
  public private(set) var rowCount: Int
  /// Means; of a constant column its value.
  public private(set) var means: [Double]
  /// Root mean squared distances from the mean; 0 for constant columns, and for no other.
  public private(set) var deviations: [Double]

  public var featureCount: Int { means.count }

  init(_ x: Matrix) {
    let moments = ColumnMoments(x)
    rowCount = x.rows
    means = moments.means
    deviations = moments.deviations
  }

  public mutating func add(_ other: Self) {
    let (n, m) = (Double(rowCount), Double(other.rowCount))
    let (a, b) = (n / (n + m), m / (n + m))
    for j in means.indices {
      let difference = other.means[j] / 2 - means[j] / 2
      let terms = [
        deviations[j] * a.squareRoot(), other.deviations[j] * b.squareRoot(),
        (a * b).squareRoot() * difference * 2,
      ]
      // In units of the largest term, in which squares neither overflow nor vanish.
      let largest = terms.reduce(0) { max($0, abs($1.saturated)) }
      if largest > 0 {
        let square = terms.reduce(0.0) {
          let term = $1.saturated / largest
          return $0 + term * term
        }
        deviations[j] = (square.squareRoot() * largest).saturated
      }
      means[j] = means[j] == other.means[j] ? means[j] : a * means[j] + b * other.means[j]
    }
    rowCount += other.rowCount
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["size"] = .float64([Double(rowCount), Double(featureCount)], shape: [2])
    archive["means"] = .float64(means, shape: [means.count])
    archive["deviations"] = .float64(deviations, shape: [deviations.count])
  }

  public init(from archive: ModelArchive) throws {
    let size = try archive.summarySize()
    rowCount = size.rows
    means = try archive.finiteDoubles("means", shape: [size.columns])
    deviations = try archive.finiteDoubles("deviations", shape: [size.columns])
    guard deviations.allSatisfy({ $0 >= 0 }) else {
      throw ModelFileError.malformed(reason: "a standard deviation is below 0")
    }
  }
}
