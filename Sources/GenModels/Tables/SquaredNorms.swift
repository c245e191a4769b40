import CKernels

/// |W (x − mean)|² of each row; where that is beyond the finite numbers, the greatest of them.
package func squaredNorms(
  _ x: Matrix, mean: [Double], factor: [Double], rank: Int, shape: ood_gaussian_shape
) -> [Double] {
  let d = x.columns
  return [Double](unsafeUninitializedCapacity: x.rows) { out, count in
    nonisolated(unsafe) let out = out
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress
      parallelFor(x.rows, grain: 512) { range in
        let kernels = ood_active_kernels().pointee.gaussian
        let scratch = Scratch<Double>(kernels.norms_scratch(d))
        kernels.squared_norms(
          rows! + range.lowerBound * d, range.count, d, mean, factor, rank, shape,
          out.baseAddress! + range.lowerBound, scratch.base)
        for i in range where !out[i].isFinite {
          out[i] = farSquaredNorm(rows! + i * d, mean, factor, rank, shape)
        }
      }
    }
    count = x.rows
  }
}

/// |W (x − mean)|² of a row so far out that squares, or sums of products, overflow on the way.
package func farSquaredNorm(
  _ x: UnsafePointer<Double>, _ mean: [Double], _ factor: [Double], _ rank: Int, _ shape: ood_gaussian_shape
) -> Double {
  let d = mean.count
  let largest = (0..<d).reduce(0.0) { max($0, abs(x[$1] / 2 - mean[$1] / 2)) }
  // Halved, then divided by a power of two: at most 1.
  let exponent = Int(largest.exponent) + 1
  let unit = Double(sign: .plus, exponent: -min(1000, exponent), significand: 1)
  let centred = (0..<d).map { (x[$0] / 2 - mean[$0] / 2) * unit }
  var square = 0.0
  for i in 0..<(shape == ood_gaussian_diagonal ? d : rank) {
    let y =
      shape == ood_gaussian_diagonal
      ? factor[i] * centred[i] : (0..<d).reduce(0.0) { $0 + factor[i * d + $1] * centred[$1] }
    square += y * y
  }
  return (square / unit / unit * 4).saturated
}
