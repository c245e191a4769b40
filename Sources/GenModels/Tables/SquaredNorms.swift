import CKernels

/// |W (x − mean)|² of each row.
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
      }
    }
    count = x.rows
  }
}
