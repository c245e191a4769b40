import CKernels

/// A matrix in memory: rows `stride` floats apart.
struct StridedRows: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let stride: Int

  func row(_ index: Int) -> StridedRows { StridedRows(base: base + index * stride, stride: stride) }
}

/// The kernels of a coupling, on rows; each is single-threaded. Parameters of a row are `[parametersPerFeature, columns]`.
extension CouplingTransform {
  private static func settings(_ bins: Int, _ bound: Float) -> ood_spline_settings {
    ood_spline_settings(bins: bins, bound: bound)
  }

  /// y = f(x), or its inverse f⁻¹(x), and the log-determinant of each row. `y` may be `x`.
  func map(
    _ x: StridedRows, _ parameters: StridedRows, into y: StridedRows,
    logDeterminant: UnsafeMutablePointer<Float>, rows: Int, columns: Int, isInverse: Bool = false
  ) {
    switch self {
    case .affine(let clamp):
      let kernel = isInverse ? kernels.coupling.inverse : kernels.coupling.forward
      kernel(
        x.base, x.stride, parameters.base, parameters.stride, parameters.base + columns, parameters.stride,
        clamp, y.base, y.stride, logDeterminant, rows, columns)
    case .additive:
      shift(x, by: parameters, sign: isInverse ? -1 : 1, into: y, logDeterminant, rows, columns)
    case .spline(let bins, let bound):
      let kernel = isInverse ? kernels.spline.inverse : kernels.spline.forward
      kernel(
        Self.settings(bins, bound), x.base, x.stride, parameters.base, parameters.stride, y.base, y.stride,
        logDeterminant, rows, columns)
    }
  }

  /// Gradients of `map` to x and the parameters, from those to y and the log-determinant. `dx` may be `upstream`.
  func backward(
    _ upstream: StridedRows, _ upstreamLogDeterminant: UnsafePointer<Float>, _ x: StridedRows,
    _ parameters: StridedRows, dx: StridedRows, dParameters: StridedRows, rows: Int, columns: Int
  ) {
    switch self {
    case .affine(let clamp):
      kernels.index.copy_2d(
        upstream.base, upstream.stride, rows, columns, dParameters.base + columns, dParameters.stride)
      kernels.coupling.backward(
        upstream.base, upstream.stride, upstreamLogDeterminant, x.base, x.stride, parameters.base,
        parameters.stride, clamp, dx.base, dx.stride, dParameters.base, dParameters.stride, rows, columns)
    case .additive:
      kernels.index.copy_2d(
        upstream.base, upstream.stride, rows, columns, dParameters.base, dParameters.stride)
      if dx.base != upstream.base {
        kernels.index.copy_2d(upstream.base, upstream.stride, rows, columns, dx.base, dx.stride)
      }
    case .spline(let bins, let bound):
      kernels.spline.backward(
        Self.settings(bins, bound), upstream.base, upstream.stride, upstreamLogDeterminant, x.base, x.stride,
        parameters.base, parameters.stride, dx.base, dx.stride, dParameters.base, dParameters.stride, rows,
        columns)
    }
  }

  private func shift(
    _ x: StridedRows, by parameters: StridedRows, sign: Float, into y: StridedRows,
    _ logDeterminant: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
  ) {
    if y.base != x.base { kernels.index.copy_2d(x.base, x.stride, rows, columns, y.base, y.stride) }
    addRows(parameters, scaledBy: sign, to: y, rows: rows, columns: columns)
    logDeterminant.initialize(repeating: 0, count: rows)
  }
}

/// y += factor · x, row by row.
func addRows(_ x: StridedRows, scaledBy factor: Float = 1, to y: StridedRows, rows: Int, columns: Int) {
  if columns < 8 {
    for row in 0..<rows {
      for column in 0..<columns {
        y.base[row * y.stride + column] += factor * x.base[row * x.stride + column]
      }
    }
  } else if x.stride == columns && y.stride == columns {
    kernels.map.scale_add(factor, x.base, y.base, rows * columns)
  } else {
    for row in 0..<rows {
      kernels.map.scale_add(factor, x.base + row * x.stride, y.base + row * y.stride, columns)
    }
  }
}
