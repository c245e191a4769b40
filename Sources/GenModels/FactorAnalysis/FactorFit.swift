#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The expectation maximisation of factor analysis on a correlation matrix R (D. B. Rubin and D. T. Thayer, 1982).
///
/// With β = Λᵀ Σ⁻¹, Σ = Λ Λᵀ + Ψ: Λ ← R βᵀ (I − β Λ + β R βᵀ)⁻¹ and Ψ ← diag(R − Λ β R). By Woodbury's identity only k by k
/// matrices are inverted: Σ⁻¹ Λ = Ψ⁻¹ Λ (I + Λᵀ Ψ⁻¹ Λ)⁻¹.
struct FactorFit {
  private let correlation: Matrix
  private let leastNoise: Double
  private(set) var loadings: Matrix
  private(set) var noise: [Double]

  /// Starts at the principal factors: the leading eigenvectors, scaled by what their eigenvalues exceed the mean of the rest.
  init(_ correlation: Matrix, factors: Int, leastNoise: Double) throws {
    self.correlation = correlation
    self.leastNoise = leastNoise
    let d = correlation.rows
    let eigen = try SymmetricEigen(correlation)
    let rest = eigen.values.dropLast(factors)
    let level = rest.isEmpty ? leastNoise : max(leastNoise, rest.reduce(0, +) / Double(rest.count))
    loadings = Matrix(rows: d, columns: factors) { element in
      for k in 0..<factors {
        let scale = max(leastNoise, eigen.values[d - 1 - k] - level).squareRoot()
        for j in 0..<d { element[j * factors + k] = eigen.vectors[j, d - 1 - k] * scale }
      }
    }
    noise = []
    let start = loadings
    noise = (0..<d).map { j in
      max(leastNoise, 1 - (0..<factors).reduce(0) { $0 + start[j, $1] * start[j, $1] })
    }
  }

  /// One iteration; the mean log-likelihood of the parameters before it, in nats of standardized columns.
  mutating func step() throws -> Double {
    let (d, k) = (correlation.rows, loadings.columns)
    var weighted = loadings  // Ψ⁻¹ Λ
    for j in 0..<d {
      for f in 0..<k { weighted[j, f] /= noise[j] }
    }
    var capacitance = loadings.matrixProduct(weighted, transposingSelf: true)  // I + Λᵀ Ψ⁻¹ Λ
    for f in 0..<k { capacitance[f, f] += 1 }
    let factor = try Cholesky(capacitance)
    let beta = factor.solve(weighted.transposed)  // Λᵀ Σ⁻¹, [k, d]
    let explained = beta.matrixProduct(correlation)  // β R
    // ln |Σ| = ln |Ψ| + ln |I + Λᵀ Ψ⁻¹ Λ|, and tr Σ⁻¹ R = tr Ψ⁻¹ R − tr (Ψ⁻¹ Λ β R).
    var trace = 0.0
    for j in 0..<d {
      trace += correlation[j, j] / noise[j]
      for f in 0..<k { trace -= weighted[j, f] * explained[f, j] }
    }
    let logDeterminant = noise.reduce(0) { $0 + log($1) } + factor.logDeterminant
    let likelihood = -(Double(d) * log(2 * Double.pi) + logDeterminant + trace) / 2

    var second = explained.matrixProduct(beta, transposingOther: true)  // I − β Λ + β R βᵀ
    let recovered = beta.matrixProduct(loadings)
    for a in 0..<k {
      for b in 0..<k { second[a, b] += (a == b ? 1 : 0) - recovered[a, b] }
    }
    for a in 0..<k {
      for b in 0..<a {
        let mean = (second[a, b] + second[b, a]) / 2
        (second[a, b], second[b, a]) = (mean, mean)
      }
    }
    loadings = try Cholesky(second).solve(explained).transposed
    for j in 0..<d {
      let shared = (0..<k).reduce(0) { $0 + loadings[j, $1] * explained[$1, j] }
      noise[j] = max(leastNoise, correlation[j, j] - shared)
    }
    return likelihood
  }
}
