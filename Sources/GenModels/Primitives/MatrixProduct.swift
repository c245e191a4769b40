/// op(A) · op(B), where op is the transposition or nothing.
protocol TransposingProduct {
  var transposesA: Bool { get }
  var transposesB: Bool { get }
}

extension TransposingProduct {
  /// The pullback, in products of the same kind.
  func pulledBack<Value: TensorAlgebra>(
    _ upstream: Value, _ inputs: [Value], _ wanted: [Bool],
    product: (_ a: Value, _ b: Value, _ transposesA: Bool, _ transposesB: Bool) -> Value
  ) -> [Value?] {
    let (a, b) = (inputs[0], inputs[1])
    let toA: Value? =
      !wanted[0]
      ? nil
      : transposesA ? product(b, upstream, transposesB, true) : product(upstream, b, false, !transposesB)
    let toB: Value? =
      !wanted[1]
      ? nil
      : transposesB ? product(upstream, a, true, transposesA) : product(a, upstream, !transposesA, false)
    return [toA, toB]
  }
}

/// C = op(A) · op(B) of matrices.
struct MatrixProduct: SingleOutputPrimitive, TransposingProduct {
  let transposesA: Bool
  let transposesB: Bool

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    matrixProduct(inputs[0], inputs[1], transposeA: transposesA, transposeB: transposesB)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    pulledBack(upstream, inputs, wanted) {
      $0.matrixProduct($1, transposingSelf: $2, transposingOther: $3)
    }
  }
}

extension TensorAlgebra {
  /// The matrix product `[m, k] · [k, n]`, either factor transposed first where asked. 2·m·k·n operations.
  public func matrixProduct(
    _ other: Self, transposingSelf: Bool = false, transposingOther: Bool = false
  ) -> Self {
    Self.apply(MatrixProduct(transposesA: transposingSelf, transposesB: transposingOther), self, other)
  }
}

/// A fully connected layer in one pass: max(0, x · w + b), or x · w + b.
struct AffineProduct: SingleOutputPrimitive {
  let hasReLU: Bool

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let (x, weight, bias) = (inputs[0], inputs[1], inputs[2])
    let (rows, columns) = (x.shape[0], weight.shape[1])
    let y = Buffer<Float>(count: rows * columns)
    matrixMultiply(
      rows: rows, columns: columns, depth: weight.shape[0], x.buffer.base, transposeA: false,
      weight.buffer.base,
      transposeB: false, into: y.base, bias: bias.buffer.base, relu: hasReLU)
    return Tensor(shape: [rows, columns], buffer: y)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, weight) = (inputs[0], inputs[1])
    let g = hasReLU ? upstream.gated(by: output) : upstream
    return [
      wanted[0] ? g.matrixProduct(weight, transposingOther: true) : nil,
      wanted[1] ? x.matrixProduct(g, transposingSelf: true) : nil,
      wanted[2] ? g.sum(axes: [0]) : nil,
    ]
  }
}

extension TensorAlgebra {
  /// activation(x · weight + bias) of rows `[batch, inputs]`, with a weight `[inputs, outputs]` and a bias `[outputs]`.
  public func affine(weight: Self, bias: Self, activation: Activation = .identity) -> Self {
    precondition(
      shape.rank == 2 && weight.shape.rank == 2 && shape[1] == weight.shape[0]
        && bias.shape == [weight.shape[1]],
      """
      An affine map takes rows [batch, inputs], weights [inputs, outputs] and biases [outputs], not \(shape), \
      \(weight.shape) and \(bias.shape).
      """)
    let sums = Self.apply(AffineProduct(hasReLU: activation == .relu), self, weight, bias)
    return activation == .relu ? sums : activation(sums)
  }
}
