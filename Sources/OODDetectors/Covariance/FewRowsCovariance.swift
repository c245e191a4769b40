import GenModels

/// The covariance of fewer rows than columns, in n·d numbers instead of d²: with D the columns' units and q the
/// directions that the rows vary in, Σ = D (Σᵢ vᵢ qᵢqᵢᵀ + τ (I − Σᵢ qᵢqᵢᵀ)) D. τ is 0 for the empirical covariance; the
/// shrunk one has τ above 0 and D = I.
struct FewRowsCovariance: Sendable {
  let mean: [Double]
  /// The diagonal of D: deviations, 0 for constant columns; all 1 with a floor.
  let deviations: [Double]
  /// vᵢ.
  let variances: [Double]
  /// qᵢ, orthonormal, a row each.
  let directions: Matrix
  /// τ; nil for 0.
  let floor: Double?

  init(mean: [Double], deviations: [Double], variances: [Double], directions: Matrix, floor: Double?) {
    self.mean = mean
    self.deviations = deviations
    self.variances = variances
    self.directions = directions
    self.floor = floor
  }

  /// The empirical covariance.
  init(_ empirical: EquilibratedCovariance) {
    self.init(
      mean: empirical.mean, deviations: empirical.deviations, variances: empirical.variances,
      directions: empirical.directions, floor: nil)
  }

  /// The shrunk covariance (`Moments.ledoitWolf`); nil where it does not shrink.
  init?(ledoitWolf x: Matrix) throws {
    let moments = ColumnMoments(x)
    let d = x.columns
    let found = try PrincipalDirections(ofFewRows: x.centred(moments.means), divisor: Double(x.rows))
    let meanVariance = found.variances.reduce(0, +) / Double(d)
    guard meanVariance > 0 else {
      throw TableError.singularCovariance(advice: "every column is constant, so there is no distance")
    }
    let squares = found.variances.reduce(0.0) { $0 + ($1 / meanVariance) * ($1 / meanVariance) }
    let shrinkage = Moments.ledoitWolfShrinkage(
      x, mean: moments.means, meanVariance: meanVariance, squares: squares)
    let floor = shrinkage * meanVariance
    guard floor > 0 else { return nil }
    self.init(
      mean: moments.means, deviations: Array(repeating: 1, count: d),
      variances: found.variances.map { (1 - shrinkage) * $0 + floor }, directions: found.directions,
      floor: floor)
  }

  /// The rows qᵢ D⁻¹ / √vᵢ, whose products make up Σ⁻¹ on the directions; with a floor, qᵢ √(1/τ − 1/vᵢ), whose
  /// products are what I / τ has too much.
  var whitening: Matrix {
    let d = mean.count
    return Matrix(rows: variances.count, columns: d) { destination in
      directions.withUnsafeElements { directions in
        for (i, variance) in variances.enumerated() {
          let factor = (floor.map { max(0, 1 / $0 - 1 / variance) } ?? 1 / variance).squareRoot()
          for k in 0..<d {
            destination[i * d + k] = deviations[k] > 0 ? directions[i * d + k] * factor / deviations[k] : 0
          }
        }
      }
    }
  }

  /// With the covariance written out.
  var moments: Moments {
    let d = mean.count
    let loadings = Matrix(rows: variances.count, columns: d) { destination in
      for (i, variance) in variances.enumerated() {
        let factor = (variance - (floor ?? 0)).squareRoot()
        for k in 0..<d { destination[i * d + k] = directions[i, k] * factor * deviations[k] }
      }
    }
    var covariance = loadings.matrixProduct(loadings, transposingSelf: true)
    if let floor {
      for k in 0..<d { covariance[k, k] += floor }
    }
    return Moments(mean: mean, covariance: covariance)
  }
}
