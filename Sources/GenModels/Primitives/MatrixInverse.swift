/// A⁻¹ of a square matrix, computed in double precision; NaN where it is singular.
struct MatrixInverse: SingleOutputPrimitive {
  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let a = inputs[0]
    let size = a.squareSize(for: "A matrix inverse")
    guard let lu = try? LU(Matrix(a)), let inverse = try? lu.solve(Matrix.identity(size)) else {
      return Tensor(repeating: .nan, shape: a.shape)
    }
    return Tensor(inverse.elements.map { Float($0) }, shape: a.shape)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    // d(A⁻¹) = −A⁻¹ dA A⁻¹.
    let left = output.matrixProduct(upstream, transposingSelf: true)
    return [-left.matrixProduct(output, transposingOther: true)]
  }
}

extension TensorAlgebra {
  /// The inverse of a square matrix; all NaN where it is singular.
  public func matrixInverse() -> Self { Self.apply(MatrixInverse(), self) }
}
