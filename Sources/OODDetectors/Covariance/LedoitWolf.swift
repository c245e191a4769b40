import GenModels

extension Moments {
  /// The empirical covariance shrunk toward a multiple of the identity, as much as minimises the expected
  /// squared error (O. Ledoit and M. Wolf, 2004): Σ* = (1 − s) Σ + s m I, with m the mean variance. Never
  /// singular unless every column is constant; right for few rows and many columns.
  ///
  /// - Returns: The shrunk moments and the shrinkage s in 0...1.
  /// - Throws: `TableError` for an empty table and for entries that are not finite.
  public static func ledoitWolf(_ x: Matrix) throws(TableError) -> (moments: Moments, shrinkage: Double) {
    try x.checkTraining()
    try x.checkDistances()
    let empirical = try Moments(of: x)
    return empirical.shrunk { meanVariance, squares in
      ledoitWolfShrinkage(x, mean: empirical.mean, meanVariance: meanVariance, squares: squares)
    }
  }

  /// The moments shrunk by what `shrinkage` makes of the mean variance m and |Σ/m|².
  func shrunk(
    by shrinkage: (_ meanVariance: Double, _ squares: Double) -> Double
  ) -> (moments: Moments, shrinkage: Double) {
    let meanVariance = covariance.diagonal.reduce(0, +) / Double(mean.count)
    let unit = meanVariance > 0 ? meanVariance : 1
    let squares = covariance.elements.reduce(0.0) { $0 + ($1 / unit) * ($1 / unit) }
    let shrinkage = shrinkage(meanVariance, squares)
    var shrunk = covariance * (1 - shrinkage)
    for k in mean.indices { shrunk[k, k] += shrinkage * meanVariance }
    return (Moments(mean: mean, covariance: shrunk), shrinkage)
  }

  /// s, given the mean variance m and |Σ/m|², the sum of the squares of the covariance's entries in units of m, in
  /// which fourth powers neither overflow nor vanish.
  static func ledoitWolfShrinkage(
    _ x: Matrix, mean: [Double], meanVariance: Double, squares: Double
  ) -> Double {
    let (d, unit) = (x.columns, meanVariance > 0 ? meanVariance : 1)
    let fourth = x.withUnsafeElements { elements in
      (0..<x.rows).reduce(0.0) { total, i in
        var square = 0.0
        for k in 0..<d {
          let centred = elements[i * d + k] - mean[k]
          square += centred * centred
        }
        return total + (square / unit) * (square / unit)
      }
    }
    return ledoitWolfShrinkage(rows: x.rows, columns: d, squares: squares, fourth: fourth)
  }

  /// s, given Σᵢ ‖cᵢ‖⁴ of the centred rows in units of m².
  static func ledoitWolfShrinkage(rows: Int, columns d: Int, squares: Double, fourth: Double) -> Double {
    let n = Double(rows)
    // The dispersion |Σ − m I|² / d, and the error (1/n²) Σᵢ |cᵢcᵢᵀ − Σ|² / d, in units of m².
    let dispersion = (squares - Double(d)) / Double(d)
    let error = min((fourth / n - squares) / (n * Double(d)), dispersion)
    return d == 1 || error <= 0 ? 0 : error / dispersion
  }
}
