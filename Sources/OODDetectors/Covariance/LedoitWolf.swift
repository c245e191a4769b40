import GenModels

extension Moments {
  /// The empirical covariance shrunk toward a multiple of the identity, as much as minimises the expected
  /// squared error (O. Ledoit and M. Wolf, 2004): Σ* = (1 − s) Σ + s m I, with m the mean variance. Never
  /// singular unless every column is constant; right for few rows and many columns.
  ///
  /// - Returns: The shrunk moments and the shrinkage s in 0...1.
  /// - Throws: `TableError` for an empty table and for entries that are not finite.
  public static func ledoitWolf(_ x: Matrix) throws(TableError) -> (moments: Moments, shrinkage: Double) {
    let empirical = try Moments(of: x)
    let (n, d) = (Double(x.rows), x.columns)
    let covariance = empirical.covariance
    let meanVariance = covariance.diagonal.reduce(0, +) / Double(d)
    // With c the centred rows: the dispersion |Σ − m I|² / d, and the error (1/n²) Σᵢ |cᵢcᵢᵀ − Σ|² / d.
    let squares = covariance.elements.reduce(0.0) { $0 + $1 * $1 }
    let fourth = x.withUnsafeElements { elements in
      (0..<x.rows).reduce(0.0) { total, i in
        var square = 0.0
        for k in 0..<d {
          let centred = elements[i * d + k] - empirical.mean[k]
          square += centred * centred
        }
        return total + square * square
      }
    }
    let dispersion = (squares - Double(d) * meanVariance * meanVariance) / Double(d)
    let error = min((fourth / n - squares) / (n * Double(d)), dispersion)
    let shrinkage = d == 1 || error <= 0 ? 0 : error / dispersion
    var shrunk = covariance * (1 - shrinkage)
    for k in 0..<d { shrunk[k, k] += shrinkage * meanVariance }
    return (Moments(mean: empirical.mean, covariance: shrunk), shrinkage)
  }
}
