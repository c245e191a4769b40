import GenModels

/// A covariance in the units of the columns' deviations: Σ = D R D with D the deviations and R the correlations, and
/// the directions in which R is not zero.
///
/// What counts as zero is decided here, for every method that inverts a covariance, and it must not depend on the
/// columns' units: (±10⁸, ±1) varies in two directions, though the raw variances differ by 10¹⁶. So eigenvalues are
/// those of R. One counts as zero up to d·2⁻⁵²·(the largest), and where it is below 10⁻⁶ also up to four times the
/// variance that the rounding of the entries themselves makes in its direction, which matters for columns of large
/// offset: of c and 2c + 10⁹ the difference is rounding.
struct EquilibratedCovariance: Sendable {
  /// The mean of each column.
  let mean: [Double]
  /// The standard deviation of each column; 0 where it is constant.
  let deviations: [Double]
  /// The eigenvalues of R that are not zero, ascending.
  let variances: [Double]
  /// Their unit eigenvectors, a row each.
  let directions: Matrix

  var rank: Int { variances.count }

  /// The decomposition of a covariance: 9·d³ operations.
  /// - Throws: `TableError.singularCovariance` when the covariance is zero or has an eigenvalue below zero by more
  ///   than rounding; `LinearAlgebraError` when it is not finite.
  init(_ moments: Moments) throws {
    let (d, covariance) = (moments.mean.count, moments.covariance)
    let deviations = covariance.diagonal.map { $0 > 0 ? $0.squareRoot() : 0 }
    let correlations = Matrix(rows: d, columns: d) { destination in
      covariance.withUnsafeElements { elements in
        for a in 0..<d {
          for b in 0..<d {
            let element = elements[a * d + b]
            let isZero = element == 0 || deviations[a] == 0 || deviations[b] == 0
            destination[a * d + b] =
              isZero ? (element.isFinite ? 0 : element) : element / deviations[a] / deviations[b]
          }
        }
      }
    }
    if let negative = covariance.diagonal.first(where: { $0 < 0 }) {
      throw TableError.singularCovariance(advice: "it has a negative variance, \(negative)")
    }
    let eigen = try SymmetricEigen(correlations)
    let rounding = Double(d) * 0x1p-52 * max(eigen.values.last ?? 0, -(eigen.values.first ?? 0))
    guard (eigen.values.first ?? 0) >= -1e3 * rounding else {
      throw TableError.singularCovariance(
        advice: "in units of the deviations it has a negative eigenvalue, \(eigen.values[0])")
    }
    try self.init(
      mean: moments.mean, deviations: deviations, variances: eigen.values,
      directions: eigen.vectors.transposed,
      rounding: rounding)
  }

  /// The decomposition of the covariance of the rows of a table with fewer rows than columns, by way of their inner
  /// products: 2·n²·d operations, and never a d·d matrix.
  /// - Throws: `TableError.singularCovariance` when all columns are constant; `LinearAlgebraError` when the
  ///   eigenvalues don't converge.
  init(ofFewRows x: Matrix) throws {
    let moments = ColumnMoments(x)
    let (means, scales) = (moments.means, moments.scales)
    let z = x.centred(means, dividedBy: scales)
    let found = try PrincipalDirections(ofFewRows: z, divisor: Double(x.rows))
    try self.init(
      mean: means, deviations: moments.deviations, variances: found.variances, directions: found.directions,
      rounding: Double(x.columns) * 0x1p-52 * (found.variances.last ?? 0))
  }

  private init(
    mean: [Double], deviations: [Double], variances: [Double], directions: Matrix, rounding: Double
  ) throws {
    // In units of the deviation, what rounding does to an entry.
    let noise = zip(mean, deviations).map { $1 > 0 ? 0x1p-53 * abs($0) / $1 : 0 }
    let squares = noise.map { $0 * $0 }
    let kept = variances.indices.filter { i in
      guard variances[i] > rounding else { return false }
      guard variances[i] < 1e-6 else { return true }
      let made = directions.row(i).enumerated().reduce(0.0) {
        $0 + $1.element * $1.element * squares[$1.offset]
      }
      return variances[i] > 4 * made
    }
    guard !kept.isEmpty else {
      throw TableError.singularCovariance(advice: "every column is constant, so there is no distance")
    }
    self.mean = mean
    self.deviations = deviations
    self.variances = kept.map { variances[$0] }
    self.directions = kept.count == variances.count ? directions : directions.rows(kept.map(Int32.init))
  }

  /// W with Σ⁻¹ = WᵀW on the directions that count, a row each: coordinates of variance 1.
  var whitening: Matrix {
    let d = mean.count
    return Matrix(rows: rank, columns: d) { destination in
      directions.withUnsafeElements { directions in
        for i in 0..<rank {
          let factor = 1 / variances[i].squareRoot()
          for k in 0..<d {
            destination[i * d + k] = deviations[k] > 0 ? directions[i * d + k] * factor / deviations[k] : 0
          }
        }
      }
    }
  }

  /// A with Σ = AᵀA, a row a direction.
  var loadings: Matrix {
    let d = mean.count
    return Matrix(rows: rank, columns: d) { destination in
      directions.withUnsafeElements { directions in
        for i in 0..<rank {
          let factor = variances[i].squareRoot()
          for k in 0..<d { destination[i * d + k] = directions[i * d + k] * factor * deviations[k] }
        }
      }
    }
  }
}

/// Principal directions of a centred table with fewer rows than columns.
struct PrincipalDirections {
  /// The eigenvalues of ZᵀZ / divisor that its n rows can have, ascending, but those of rounding.
  let variances: [Double]
  /// Their unit eigenvectors, a row each.
  let directions: Matrix

  /// The eigenvectors u of the n·n matrix Z Zᵀ give those of ZᵀZ: Zᵀu. 2·n²·d + 9·n³ operations.
  init(ofFewRows z: Matrix, divisor: Double) throws {
    let eigen = try SymmetricEigen(z.matrixProduct(z, transposingOther: true) * (1 / divisor))
    let rounding = Double(max(z.rows, z.columns)) * 0x1p-52 * (eigen.values.last ?? 0)
    // Centred rows are dependent: one eigenvalue, at least, is rounding.
    let kept = eigen.values.indices.filter { $0 > 0 && eigen.values[$0] > rounding }
    variances = kept.map { eigen.values[$0] }
    let combinations = eigen.vectors.transposed.rows(kept.map(Int32.init))
    let products = combinations.matrixProduct(z)
    let d = z.columns
    directions = Matrix(rows: kept.count, columns: d) { destination in
      products.withUnsafeElements { products in
        for i in 0..<kept.count {
          let length = (0..<d).reduce(0.0) { $0 + products[i * d + $1] * products[i * d + $1] }.squareRoot()
          for k in 0..<d { destination[i * d + k] = products[i * d + k] / length }
        }
      }
    }
  }
}

extension Matrix {
  /// (x − mean) / scale of each row.
  func centred(_ mean: [Double], dividedBy scales: [Double]? = nil) -> Matrix {
    let d = columns
    return mapRows(width: d) { rows, count, result in
      mean.withUnsafeBufferPointer { mean in
        if let scales {
          scales.withUnsafeBufferPointer { scales in
            for i in 0..<count {
              for k in 0..<d { result[i * d + k] = standardized(rows[i * d + k], mean[k], scales[k]) }
            }
          }
        } else {
          for i in 0..<count {
            for k in 0..<d { result[i * d + k] = rows[i * d + k] - mean[k] }
          }
        }
      }
    }
  }
}
