/// Some columns of rows changed by a coupling's transform or its inverse, the others kept.
///
/// Inputs x `[rows, columns]` and parameters `[rows, parametersPerFeature · changed.count]`; outputs the changed rows and the
/// log-determinant of each.
struct TransformedColumns: Primitive {
  let transform: CouplingTransform
  let changed: Range<Int>
  let isInverse: Bool

  /// Rows that one chunk covers.
  private func grain(_ columns: Int) -> Int {
    let perRow = columns + changed.count * transform.parametersPerFeature * (transform.isSpline ? 8 : 4)
    return max(1, elementwiseGrain / 2 / max(1, perRow))
  }

  func evaluate(_ inputs: [Tensor]) -> [Tensor] {
    let (x, parameters) = (inputs[0], inputs[1])
    let width = changed.count * transform.parametersPerFeature
    precondition(
      x.rank == 2 && parameters.shape == [x.shape[0], width] && changed.upperBound <= x.shape[1],
      "A transform of the columns \(changed) takes parameters [rows, \(width)], not \(x.shape) and \(parameters.shape)."
    )
    let (rows, columns) = (x.shape[0], x.shape[1])
    let (y, logDeterminant) = (Buffer<Float>(count: x.count), Buffer<Float>(count: rows))
    parallelFor(rows, grain: grain(columns)) { range in
      let (row, count) = (range.lowerBound, range.count)
      let place = row * columns
      if changed.count < columns {
        (y.base + place).update(from: x.buffer.base + place, count: count * columns)
      }
      let from = StridedRows(base: x.buffer.base + place + changed.lowerBound, stride: columns)
      let to = StridedRows(base: y.base + place + changed.lowerBound, stride: columns)
      let given = StridedRows(base: parameters.buffer.base + row * width, stride: width)
      transform.map(
        from, given, into: to, logDeterminant: logDeterminant.base + row, rows: count,
        columns: changed.count, isInverse: isInverse)
    }
    return [Tensor(shape: x.shape, buffer: y), Tensor(shape: [rows], buffer: logDeterminant)]
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: [Value?], inputs: [Value], outputs: [Value], wanted: [Bool]
  ) -> [Value?] {
    if Value.isRecorded {
      return composedPullback(upstream, inputs: inputs, wanted: wanted) { inputs in
        let mapped = composed(inputs[0], parameters: inputs[1])
        return [mapped.value, mapped.logDeterminant]
      }
    }
    let rows = inputs[0].shape[0]
    let u = upstream[0]?.tensor ?? .zeros(outputs[0].shape)
    let v = upstream[1]?.tensor ?? .zeros([rows])
    let (dx, dParameters) =
      isInverse
      ? inverseGradient(u, v, x: outputs[0].tensor, parameters: inputs[1].tensor)
      : gradient(u, v, x: inputs[0].tensor, parameters: inputs[1].tensor)
    return [inputs[0].constant(dx), inputs[0].constant(dParameters)]
  }

  /// Gradients of the transform at x.
  private func gradient(_ u: Tensor, _ v: Tensor, x: Tensor, parameters: Tensor) -> (Tensor, Tensor) {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let width = parameters.shape[1]
    let (dx, dParameters) = (Buffer<Float>(count: x.count), Buffer<Float>(count: parameters.count))
    parallelFor(rows, grain: grain(columns)) { range in
      let (row, count) = (range.lowerBound, range.count)
      let place = row * columns
      if changed.count < columns {
        (dx.base + place).update(from: u.buffer.base + place, count: count * columns)
      }
      let start = place + changed.lowerBound
      transform.backward(
        StridedRows(base: u.buffer.base + start, stride: columns), v.buffer.base + row,
        StridedRows(base: x.buffer.base + start, stride: columns),
        StridedRows(base: parameters.buffer.base + row * width, stride: width),
        dx: StridedRows(base: dx.base + start, stride: columns),
        dParameters: StridedRows(base: dParameters.base + row * width, stride: width), rows: count,
        columns: changed.count)
    }
    return (Tensor(shape: x.shape, buffer: dx), Tensor(shape: parameters.shape, buffer: dParameters))
  }

  /// Gradients of the inverse, from those of the transform at its result x.
  ///
  /// With y = f(x; θ) and ℓ = ln f′(x; θ): x depends on y by 1/f′ and on θ by −f_θ / f′, and the inverse's log-determinant is −ℓ. So
  /// with w = (u − v ℓ_x) / f′ the gradients are w to y, and −(w f_θ + v ℓ_θ) to θ: the transform's own gradients for the upstreams
  /// (−w, −v), element by element. In the columns that are kept f′ = 1 and ℓ = 0, and w = u.
  private func inverseGradient(
    _ u: Tensor, _ v: Tensor, x: Tensor, parameters: Tensor
  ) -> (Tensor, Tensor) {
    let zeros = Tensor.zeros(x.shape)
    let slope = gradient(.ones(x.shape), .zeros([x.shape[0]]), x: x, parameters: parameters).0
    let bend = gradient(zeros, v, x: x, parameters: parameters).0
    let w = (u - bend) / slope
    let dParameters = gradient(-w, -v, x: x, parameters: parameters).1
    return (w, dParameters)
  }

  /// The same from other primitives.
  private func composed<Value: TensorAlgebra>(_ x: Value, parameters: Value) -> Mapped<Value> {
    let part = x.sliced(axis: 1, changed)
    let mapped = transform.composed(part, parameters: parameters, isInverse: isInverse)
    let kept = [0..<changed.lowerBound, changed.upperBound..<x.shape[1]].map { x.sliced(axis: 1, $0) }
    let parts = [kept[0], mapped.value, kept[1]].filter { $0.shape[1] > 0 }
    return Mapped(Value.concatenate(parts, axis: 1), logDeterminant: mapped.logDeterminant)
  }
}

extension CouplingTransform {
  var isSpline: Bool { if case .spline = self { true } else { false } }
}

extension TensorAlgebra {
  /// Rows `[rows, columns]` whose columns `changed` go through a coupling's transform, or its inverse, with parameters
  /// `[rows, parametersPerFeature · changed.count]`: those of a row are `[parametersPerFeature, changed.count]`. The log-determinant
  /// is one number for each row.
  public func transformed(
    columns changed: Range<Int>, by transform: CouplingTransform, parameters: Self, isInverse: Bool = false
  ) -> Mapped<Self> {
    let outputs = Self.apply(
      TransformedColumns(transform: transform, changed: changed, isInverse: isInverse),
      to: [self, parameters], precomputed: nil)
    return Mapped(outputs[0], logDeterminant: outputs[1])
  }
}
