import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mean, and the inverse Cholesky factor of a covariance.
package struct Concentration: Sendable {
  package let mean: [Double]
  /// L⁻¹ with Σ = L·Lᵀ, [d, d].
  package let factor: [Double]
  package let logDeterminant: Double

  /// Nil when the covariance is singular: when a pivot has lost all its digits.
  package init?(_ moments: Moments) {
    self.init(mean: moments.mean, covariance: moments.covariance.elements, leastPivot: 1e-14)
  }

  /// - Parameter leastPivot: The part of a variance that must be left of it as a pivot, and more.
  package init?(mean: [Double], covariance: [Double], leastPivot: Double) {
    let d = mean.count
    var (lower, inverse) = (covariance, [Double](repeating: 0, count: d * d))
    let kernels = ood_active_kernels().pointee.gaussian
    let variances = (0..<d).map { covariance[$0 * d + $0] }
    let rows = lower.withUnsafeMutableBufferPointer { kernels.cholesky($0.baseAddress!, d) }
    guard rows == d else { return nil }
    for k in 0..<d where lower[k * d + k] * lower[k * d + k] <= leastPivot * variances[k] { return nil }
    lower.withUnsafeBufferPointer { l in
      inverse.withUnsafeMutableBufferPointer { kernels.invert_lower(l.baseAddress!, d, $0.baseAddress!) }
    }
    self.mean = mean
    factor = inverse
    logDeterminant = 2 * (0..<d).reduce(0) { $0 + log(lower[$1 * d + $1]) }
  }

  package func distances(_ x: Matrix) -> [Double] {
    squaredNorms(x, mean: mean, factor: factor, rank: mean.count, shape: ood_gaussian_lower)
  }

  /// L⁻¹ (x − μ) of one row: its squared length is the distance.
  package func whitened(_ x: Matrix, row: Int) -> [Double] {
    let d = mean.count
    let centred = (0..<d).map { x[row, $0] - mean[$0] }
    return (0..<d).map { a in (0...a).reduce(0.0) { $0 + factor[a * d + $1] * centred[$1] } }
  }
}
