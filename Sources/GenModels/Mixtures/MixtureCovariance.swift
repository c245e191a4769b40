/// The covariance of a component, with no more numbers than its shape needs: d² or d.
enum MixtureCovariance: Sendable {
  case full(Matrix)
  /// The variances of the columns, which are uncorrelated.
  case diagonal([Double])

  /// Of a matrix, of which diagonal shapes keep the diagonal.
  init(_ matrix: Matrix, _ shape: CovarianceShape) {
    self = shape.isDiagonal ? .diagonal(matrix.diagonal) : .full(matrix)
  }

  var diagonal: [Double] {
    switch self {
    case .full(let matrix): matrix.diagonal
    case .diagonal(let variances): variances
    }
  }

  var matrix: Matrix {
    switch self {
    case .full(let matrix): matrix
    case .diagonal(let variances): Matrix(diagonal: variances)
    }
  }

  static func * (covariance: MixtureCovariance, factor: Double) -> MixtureCovariance {
    switch covariance {
    case .full(let matrix): .full(matrix * factor)
    case .diagonal(let variances): .diagonal(variances.map { $0 * factor })
    }
  }

  /// Adds `factor` · a bᵀ, or its diagonal.
  mutating func add(_ factor: Double, _ a: [Double], _ b: [Double]) {
    switch self {
    case .full(var matrix):
      // Freed first, so that the matrix is changed in place.
      self = .diagonal([])
      for i in a.indices {
        for j in b.indices { matrix[i, j] += factor * a[i] * b[j] }
      }
      self = .full(matrix)
    case .diagonal(let variances):
      self = .diagonal(variances.indices.map { variances[$0] + factor * a[$0] * b[$0] })
    }
  }

  mutating func addToDiagonal(_ floors: [Double]) {
    switch self {
    case .full(var matrix):
      self = .diagonal([])
      for k in floors.indices { matrix[k, k] += floors[k] }
      self = .full(matrix)
    case .diagonal(let variances):
      self = .diagonal(zip(variances, floors).map(+))
    }
  }
}
