/// C = op(A) · op(B) of matrices, where op is the transposition or nothing.
struct MatrixProduct: SingleOutputPrimitive {
  let transposesA: Bool
  let transposesB: Bool

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    matrixProduct(inputs[0], inputs[1], transposeA: transposesA, transposeB: transposesB)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (a, b) = (inputs[0], inputs[1])
    let toA: Value? =
      !wanted[0]
      ? nil
      : transposesA
        ? b.matrixProduct(upstream, transposingSelf: transposesB, transposingOther: true)
        : upstream.matrixProduct(b, transposingOther: !transposesB)
    let toB: Value? =
      !wanted[1]
      ? nil
      : transposesB
        ? upstream.matrixProduct(a, transposingSelf: true, transposingOther: transposesA)
        : a.matrixProduct(upstream, transposingSelf: !transposesA)
    return [toA, toB]
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
