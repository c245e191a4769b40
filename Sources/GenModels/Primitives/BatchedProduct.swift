import CKernels

/// The matrix product of each pair in two stacks of matrices: `[n, m, k]` times `[n, k, p]` (or its transpose, `[n, p, k]`).
struct BatchedProduct: SingleOutputPrimitive, TransposingProduct {
  let transposesA: Bool
  let transposesB: Bool

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let (a, b) = (inputs[0], inputs[1])
    precondition(
      a.rank == 3 && b.rank == 3 && a.shape[0] == b.shape[0],
      "A product of stacks takes two stacks of as many matrices, not \(a.shape) and \(b.shape).")
    let count = a.shape[0]
    let (m, k) = transposesA ? (a.shape[2], a.shape[1]) : (a.shape[1], a.shape[2])
    let (depth, p) = transposesB ? (b.shape[2], b.shape[1]) : (b.shape[1], b.shape[2])
    precondition(k == depth, "Matrices of \(k) columns and of \(depth) rows have no product.")
    let y = Buffer<Float>(count: count * m * p)
    let (aWidth, bWidth) = (a.shape[2], b.shape[2])
    parallelFor(count, grain: max(1, (1 << 18) / max(1, m * k * p))) { range in
      for number in range {
        matrixBlockProduct(
          rows: m, columns: p, depth: k,
          ood_matmul_operand(
            base: a.buffer.base + number * m * k, row_stride: transposesA ? 1 : aWidth,
            column_stride: transposesA ? aWidth : 1),
          ood_matmul_operand(
            base: b.buffer.base + number * k * p, row_stride: transposesB ? 1 : bWidth,
            column_stride: transposesB ? bWidth : 1),
          into: ood_matmul_output(
            base: y.base + number * m * p, row_stride: p, accumulate: 0, bias: nil, relu: 0, streams: 0))
      }
    }
    return Tensor(shape: [count, m, p], buffer: y)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    pulledBack(upstream, inputs, wanted) {
      $0.stackProduct($1, transposingSelf: $2, transposingOther: $3)
    }
  }
}

extension TensorAlgebra {
  /// The matrix product of each pair in two stacks, `[n, m, k] · [n, k, p]`, the matrices of either transposed first where asked.
  public func stackProduct(
    _ other: Self, transposingSelf: Bool = false, transposingOther: Bool = false
  ) -> Self {
    Self.apply(BatchedProduct(transposesA: transposingSelf, transposesB: transposingOther), self, other)
  }
}
