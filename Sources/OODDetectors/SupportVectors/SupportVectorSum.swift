import GenModels

/// Σᵢ cᵢ K(xᵢ, x) − ρ: what every support vector machine decides by.
struct SupportVectorSum: Sendable {
  /// The training rows that count.
  let vectors: Matrix
  /// cᵢ.
  let coefficients: [Double]
  /// ρ.
  let offset: Double
  let kernel: ResolvedKernel
  private let panels: PointPanels

  init(vectors: Matrix, coefficients: [Double], offset: Double, kernel: ResolvedKernel) {
    self.vectors = vectors
    self.coefficients = coefficients
    self.offset = offset
    self.kernel = kernel
    panels = PointPanels(vectors)
  }

  /// The sum of each row of checked examples; at most the greatest finite number in magnitude. Each depends on its row alone.
  func values(_ x: Matrix) -> [Double] {
    let (n, d) = (vectors.rows, vectors.columns)
    let block = 4
    // Packed for other kernels than those in use here, points are packed once more.
    let panels = panels.fitKernelsInUse ? panels : PointPanels(vectors)
    return x.rowScores(grain: 32) { rows, count, out in
      let values = Scratch<Double>(block * n)
      for first in stride(from: 0, to: count, by: block) {
        let some = min(block, count - first)
        panels.values(rows + first * d, some, kernel, panels: panels.all, into: values.base, stride: n)
        for i in 0..<some {
          out[first + i] = sum(values.base + i * n) - offset
          if !out[first + i].isFinite { out[first + i] = farValue(rows + (first + i) * d) }
        }
      }
    }
  }

  /// Σ cⱼ valuesⱼ in eight partial sums.
  private func sum(_ values: UnsafePointer<Double>) -> Double {
    coefficients.withUnsafeBufferPointer { coefficients in
      var lanes = SIMD8<Double>.zero
      let whole = coefficients.count / 8 * 8
      for j in stride(from: 0, to: whole, by: 8) {
        let a = UnsafeRawPointer(values + j).loadUnaligned(as: SIMD8<Double>.self)
        lanes += a * UnsafeRawPointer(coefficients.baseAddress! + j).loadUnaligned(as: SIMD8<Double>.self)
      }
      var total = lanes.sum()
      for j in whole..<coefficients.count { total += coefficients[j] * values[j] }
      return total
    }
  }

  /// The value of a row whose products with support vectors overflow: of the row shrunk by a power of two. (A Gaussian kernel is 0
  /// that far out.)
  private func farValue(_ x: UnsafePointer<Double>) -> Double {
    let d = vectors.columns
    var sum = 0.0
    for j in 0..<vectors.rows {
      for k in 0..<d {
        sum += coefficients[j] * (x[k] * Magnitudes.shrinking * Magnitudes.shrinking) * vectors[j, k]
      }
    }
    return
      ((sum - offset * Magnitudes.shrinking * Magnitudes.shrinking) / Magnitudes.shrinking
      / Magnitudes.shrinking).saturated
  }
}
