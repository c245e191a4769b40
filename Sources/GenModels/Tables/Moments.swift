import CKernels

/// The mean and the covariance of rows.
public struct Moments: Sendable, Hashable {
  /// The mean of each column.
  public var mean: [Double]
  /// The covariance of the columns.
  public var covariance: Matrix

  public init(mean: [Double], covariance: Matrix) {
    precondition(
      covariance.rows == mean.count && covariance.columns == mean.count,
      "A mean of \(mean.count) features can't go with a \(covariance.rows) by \(covariance.columns) covariance."
    )
    self.mean = mean
    self.covariance = covariance
  }

  /// The empirical mean and covariance, divided by the number of rows (the maximum-likelihood estimate):
  /// Σ = (1/n) Σᵢ (xᵢ − μ)(xᵢ − μ)ᵀ. n·d² operations; the bits don't depend on the number of threads.
  /// - Throws: `TableError` for an empty table, for entries that are not finite, and where there is no memory for d·d numbers.
  public init(of x: Matrix) throws(TableError) {
    try x.checkTraining()
    // Two of them, and the partial sums.
    let columns = Double(x.columns)
    let partials = Double(min(64, x.rows / Self.chunk + 1))
    try checkMemory(numbers: (partials + 2) * columns * columns, for: "a covariance of \(x.columns) columns")
    self.init(of: x, weights: nil)
  }

  /// The weighted mean and covariance of the rows; all rows count alike without weights. The sum of the
  /// weights is above 0.
  package init(of x: Matrix, weights: [Double]?) {
    let (mean, total) = Self.weightedMean(x, weights)
    let scatter = Self.scatter(x, weights, about: mean)
    self.init(mean: mean, covariance: scatter * (1 / total))
    settleConstants(x, weights)
  }

  /// Gives constant columns their value as the mean and the variance 0, where rounding of the mean left a little.
  private mutating func settleConstants(_ x: Matrix, _ weights: [Double]?) {
    for j in mean.indices {
      let rounding = Double(x.rows) * 0x1p-52 * abs(mean[j])
      guard covariance[j, j] <= rounding * rounding,
        let value = x.constantValue(ofColumn: j, weights: weights)
      else { continue }
      mean[j] = value
      for k in mean.indices {
        covariance[j, k] = 0
        covariance[k, j] = 0
      }
    }
  }

  /// Rows that are summed together; it fixes the order of summation.
  private static let chunk = 1024

  private static func weightedMean(_ x: Matrix, _ weights: [Double]?) -> ([Double], Double) {
    let (n, d) = (x.rows, x.columns)
    let chunks = (n + chunk - 1) / chunk
    var partial = [Double](repeating: 0, count: chunks * (d + 1))
    partial.withUnsafeMutableBufferPointer { partial in
      nonisolated(unsafe) let partial = partial.baseAddress!
      x.withUnsafeElements { elements in
        nonisolated(unsafe) let x = elements.baseAddress!
        parallelFor(n, grain: chunk) { range in
          let sums = partial + range.lowerBound / chunk * (d + 1)
          let first = range.lowerBound
          sums[d] = withOptional(weights) {
            ood_active_kernels().pointee.gaussian.weighted_sums(
              x + first * d, range.count, d, $0.map { $0 + first }, 1, sums)
          }
        }
      }
    }
    var mean = [Double](repeating: 0, count: d)
    var total = 0.0
    for c in 0..<chunks {
      for k in 0..<d { mean[k] += partial[c * (d + 1) + k] }
      total += partial[c * (d + 1) + d]
    }
    return (mean.map { $0 / total }, total)
  }

  /// Σᵢ wᵢ (xᵢ − m)(xᵢ − m)ᵀ.
  private static func scatter(_ x: Matrix, _ weights: [Double]?, about mean: [Double]) -> Matrix {
    let (n, d) = (x.rows, x.columns)
    let kernels = ood_active_kernels().pointee.gaussian
    let stride = kernels.scatter_stride(d)
    // At most 64 partial sums, so that memory stays bounded.
    let chunk = max(chunk, (n + 63) / 64)
    let chunks = (n + chunk - 1) / chunk
    let partial = Scratch<Double>(chunks * stride * stride)
    nonisolated(unsafe) let sums = partial.base
    sums.update(repeating: 0, count: chunks * stride * stride)
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let x = elements.baseAddress!
      parallelFor(n, grain: chunk) { range in
        let scratch = Scratch<Double>(kernels.scatter_scratch(d))
        let first = range.lowerBound
        withOptional(weights) {
          kernels.scatter(
            x + first * d, range.count, d, $0.map { $0 + first }, 1, mean,
            sums + first / chunk * stride * stride, scratch.base)
        }
      }
    }
    return Matrix(rows: d, columns: d) { destination in
      for a in 0..<d {
        for b in 0...a {
          var sum = 0.0
          for c in 0..<chunks { sum += sums[(c * stride + a) * stride + b] }
          destination[a * d + b] = sum
          destination[b * d + a] = sum
        }
      }
    }
  }

  private static func withOptional<Result>(
    _ weights: [Double]?, _ body: (UnsafePointer<Double>?) -> Result
  ) -> Result {
    guard let weights else { return body(nil) }
    return weights.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
