import CKernels

/// y[i] = x[positions[i]], with positions counted over all of x in row-major order.
struct GatherElements: SingleOutputPrimitive {
  let positions: Indexes

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    positions.requireBelow(x.count, "positions", of: x.shape)
    let (from, index) = (x.buffer, positions.buffer)
    return Tensor.elementwise(shape: positions.shape) { range, y in
      let start = range.lowerBound
      kernels.index.gather(from.base, index.base + start, range.count, y + start)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [.apply(ScatterElements(positions: positions, target: inputs[0].shape), upstream)]
  }
}

/// Zeros of a shape, with x[i] added at positions[i].
struct ScatterElements: SingleOutputPrimitive {
  let positions: Indexes
  let target: Shape

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    positions.requireBelow(target.elementCount, "positions", of: target)
    return Tensor(shape: target) { y in
      y.initialize(repeating: 0)
      guard let base = y.baseAddress else { return }
      kernels.index.scatter_add(inputs[0].buffer.base, positions.buffer.base, positions.count, base)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [upstream.elements(at: positions)]
  }
}

/// Rows (positions along the first axis) in a stated order, repeated as often as named.
struct GatherRows: SingleOutputPrimitive {
  let rows: Indexes

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    precondition(x.rank >= 1, "A scalar has no rows to gather.")
    rows.requireBelow(x.shape[0], "rows", of: x.shape)
    var shape = x.shape
    shape[0] = rows.count
    let length = x.shape.dropFirst().reduce(1, *)
    let (from, index) = (x.buffer, rows.buffer)
    let result = Buffer<Float>(count: shape.elementCount)
    let grain = (writingGrain(result.count) + length - 1) / max(1, length)
    parallelFor(rows.count, grain: grain) { range in
      let start = range.lowerBound
      kernels.index.gather_rows(
        from.base, index.base + start, range.count, length, result.base + start * length)
    }
    return Tensor(shape: shape, buffer: result)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [.apply(ScatterRows(rows: rows, count: inputs[0].shape[0]), upstream)]
  }
}

/// Zeros, with row i of the argument added to row `rows[i]`.
struct ScatterRows: SingleOutputPrimitive {
  let rows: Indexes
  let count: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    var shape = inputs[0].shape
    shape[0] = count
    let length = shape.dropFirst().reduce(1, *)
    return Tensor(shape: shape) { y in
      y.initialize(repeating: 0)
      guard let base = y.baseAddress else { return }
      kernels.index.scatter_add_rows(
        inputs[0].buffer.base, length, rows.buffer.base, rows.count, length, base, length)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [upstream.rows(rows)]
  }
}

extension Indexes {
  /// Traps unless all indexes lie in `0 ..< bound`.
  func requireBelow(_ bound: Int, _ what: String, of shape: Shape) {
    for i in 0..<count {
      let index = Int(buffer.base[i])
      precondition(
        index >= 0 && index < bound,
        "There is no number \(index) among the \(bound) \(what) of the shape \(shape).")
    }
  }
}

extension TensorAlgebra {
  /// The elements at positions counted over the whole value in row-major order; the result has the positions' shape.
  public func elements(at positions: Indexes) -> Self {
    Self.apply(GatherElements(positions: positions), self)
  }

  /// The rows (positions along the first axis) named, in that order.
  public func rows(_ rows: Indexes) -> Self { Self.apply(GatherRows(rows: rows), self) }
}
