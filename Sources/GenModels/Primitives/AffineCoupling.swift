import CKernels

/// The affine coupling of Real NVP (Dinh, Sohl-Dickstein and Bengio, 2017, equations 7 and 8) with FrEIA's soft clamp:
/// s = c · 0.636 · atan(raw), y = x exp(s) + shift, log |det ∂y/∂x| = Σ s.
///
/// Inputs x, raw, shift of shape [rows, columns]; outputs y and the log-determinant of each row.
struct AffineCoupling: Primitive {
  let clamp: Float

  /// 2/π to three digits, as FrEIA has it: s approaches ± c.
  static let arctangentScale: Float = 0.636

  func evaluate(_ inputs: [Tensor]) -> [Tensor] {
    let (x, raw, shift) = (inputs[0], inputs[1], inputs[2])
    precondition(
      x.rank == 2 && raw.shape == x.shape && shift.shape == x.shape,
      "An affine coupling takes three equal shapes [rows, columns], not \(x.shape), \(raw.shape), \(shift.shape)."
    )
    let (rows, columns) = (x.shape[0], x.shape[1])
    let y = Buffer<Float>(count: x.count)
    let logDeterminant = Buffer<Float>(count: rows)
    parallelFor(rows, grain: max(1, elementwiseGrain / 4 / max(1, columns))) { range in
      let (row, start) = (range.lowerBound, range.lowerBound * columns)
      kernels.coupling.forward(
        x.buffer.base + start, columns, raw.buffer.base + start, columns, shift.buffer.base + start, columns,
        clamp,
        y.base + start, columns, logDeterminant.base + row, range.count, columns)
    }
    return [Tensor(shape: x.shape, buffer: y), Tensor(shape: [rows], buffer: logDeterminant)]
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: [Value?], inputs: [Value], outputs: [Value], wanted: [Bool]
  ) -> [Value?] {
    let (x, raw) = (inputs[0], inputs[1])
    let u = upstream[0] ?? x.constant(.zeros(x.shape))
    let v = upstream[1] ?? x.constant(.zeros([x.shape[0]]))
    if !Value.isRecorded {
      let (dx, dRaw) = fusedGradient(u.tensor, v.tensor, x: x.tensor, raw: raw.tensor)
      return [x.constant(dx), x.constant(dRaw), u]
    }
    let factor = clamp * AffineCoupling.arctangentScale
    let dx = u * (factor * raw.arctangent()).exp()
    let slope = factor / (1 + raw.squared())
    return [dx, (dx * x + v.reshaped([x.shape[0], 1])) * slope, u]
  }

  private func fusedGradient(_ u: Tensor, _ v: Tensor, x: Tensor, raw: Tensor) -> (Tensor, Tensor) {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let (dx, dRaw) = (Buffer<Float>(count: x.count), Buffer<Float>(count: x.count))
    parallelFor(rows, grain: max(1, elementwiseGrain / 4 / max(1, columns))) { range in
      let (row, start) = (range.lowerBound, range.lowerBound * columns)
      kernels.coupling.backward(
        u.buffer.base + start, columns, v.buffer.base + row, x.buffer.base + start, columns,
        raw.buffer.base + start, columns, clamp, dx.base + start, columns, dRaw.base + start, columns,
        range.count,
        columns)
    }
    return (Tensor(shape: x.shape, buffer: dx), Tensor(shape: x.shape, buffer: dRaw))
  }
}

extension TensorAlgebra {
  /// The affine coupling y = x exp(s) + shift with s = clamp · 0.636 · atan(raw), of rows `[rows, columns]`, and the
  /// log-determinant Σ s of each row, in nats, shape `[rows]`.
  public func affineCoupled(raw: Self, shift: Self, clamp: Float) -> (result: Self, logDeterminant: Self) {
    let outputs = Self.apply(AffineCoupling(clamp: clamp), to: [self, raw, shift], precomputed: nil)
    return (outputs[0], outputs[1])
  }

  /// The inverse of `affineCoupled` with the same raw, shift and clamp, and its log-determinant −Σ s.
  public func affineUncoupled(raw: Self, shift: Self, clamp: Float) -> (result: Self, logDeterminant: Self) {
    let s = (clamp * AffineCoupling.arctangentScale) * raw.arctangent()
    return ((self - shift) * (-s).exp(), -s.sum(axes: [1]))
  }
}
