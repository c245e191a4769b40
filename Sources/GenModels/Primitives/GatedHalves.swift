import CKernels

/// y = f(a) · σ(b) of rows (a, b) along the last axis, with f the hyperbolic tangent or nothing. Keeps its input alone.
struct GatedHalves: SingleOutputPrimitive {
  let hasTanh: Bool

  private var function: ood_gated_function { hasTanh ? ood_gated_tanh : ood_gated_identity }

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    let columns = x.shape[x.rank - 1] / 2
    let shape = Shape(Array(x.shape.dropLast()) + [columns])
    let y = Buffer<Float>(count: shape.elementCount)
    eachRange(of: x, columns: columns) { start, rows in
      kernels.gates.forward(
        function, x.buffer.base + 2 * start * columns, y.base + start * columns, rows, columns)
    }
    return Tensor(shape: shape, buffer: y)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    guard !Value.isRecorded else {
      return composedPullback([upstream], inputs: inputs, wanted: wanted) { [$0[0].composedGate(self)] }
    }
    let (x, u) = (inputs[0].tensor, upstream.tensor)
    let columns = x.shape[x.rank - 1] / 2
    let dx = Buffer<Float>(count: x.count)
    eachRange(of: x, columns: columns) { start, rows in
      kernels.gates.backward(
        function, u.buffer.base + start * columns, x.buffer.base + 2 * start * columns,
        dx.base + 2 * start * columns, rows, columns)
    }
    return [upstream.constant(Tensor(shape: x.shape, buffer: dx))]
  }

  /// Calls `body` with the first of some rows of (a, b), and how many they are.
  private func eachRange(of x: Tensor, columns: Int, _ body: @Sendable (Int, Int) -> Void) {
    guard x.count > 0 else { return }
    parallelFor(x.count / (2 * columns), grain: max(1, elementwiseGrain / 4 / columns)) {
      body($0.lowerBound, $0.count)
    }
  }
}

extension TensorAlgebra {
  /// tanh(a) · σ(b) of the two halves (a, b) of the last axis: the gate of gated convolutions (A. van den Oord and others, 2016).
  public func gatedTanh() -> Self { gated(GatedHalves(hasTanh: true)) }

  /// a · σ(b) of the two halves (a, b) of the last axis: a gated linear unit (Y. N. Dauphin and others, 2017).
  public func gatedLinear() -> Self { gated(GatedHalves(hasTanh: false)) }

  private func gated(_ gate: GatedHalves) -> Self {
    precondition(
      shape.rank >= 1 && shape[shape.rank - 1] % 2 == 0,
      "A gate takes an even number of columns, half of them its own, not the shape \(shape).")
    return Self.apply(gate, self)
  }

  /// The same by other primitives.
  fileprivate func composedGate(_ gate: GatedHalves) -> Self {
    let half = shape[shape.rank - 1] / 2
    let a = sliced(axis: -1, 0..<half)
    return (gate.hasTanh ? a.tanh() : a) * sliced(axis: -1, half..<2 * half).sigmoid()
  }
}
