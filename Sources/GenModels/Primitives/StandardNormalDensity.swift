import CKernels

/// ln N(z; 0, I) = −½ Σ z² − D/2 ln 2π of each row of z `[rows, D]`, in nats.
struct StandardNormalDensity: SingleOutputPrimitive {
  /// ½ ln 2π.
  static let halfLogTwoPi = 0.9189385332046727

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let z = inputs[0]
    precondition(z.rank == 2, "A density of vectors takes rows [rows, features], not \(z.shape).")
    let (rows, columns) = (z.shape[0], z.shape[1])
    let constant = Self.halfLogTwoPi * Double(columns)
    let density = Buffer<Float>(count: rows)
    parallelFor(rows, grain: max(1, elementwiseGrain / max(1, columns))) { range in
      for row in range {
        let start = z.buffer.base + row * columns
        density.base[row] = Float(-0.5 * kernels.reduce.dot(start, start, columns) - constant)
      }
    }
    return Tensor(shape: [rows], buffer: density)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [-(inputs[0] * upstream.reshaped([inputs[0].shape[0], 1]))]
  }
}

extension TensorAlgebra {
  /// The log-density of each row of `[rows, features]` under the standard normal distribution, in nats, `[rows]`.
  public func standardNormalLogDensity() -> Self { Self.apply(StandardNormalDensity(), self) }
}
