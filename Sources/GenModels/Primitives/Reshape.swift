/// The same elements in the same order under another shape; shares storage.
struct Reshape: SingleOutputPrimitive {
  let target: Shape

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    precondition(
      x.count == target.elementCount,
      "A tensor of shape \(x.shape) has \(x.count) elements and can't take the shape \(target).")
    return Tensor(shape: target, buffer: x.buffer)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [upstream.reshaped(inputs[0].shape)]
  }
}

extension TensorAlgebra {
  /// The same elements in the same order under another shape of as many elements. Costs nothing.
  public func reshaped(_ shape: Shape) -> Self {
    self.shape == shape ? self : Self.apply(Reshape(target: shape), self)
  }

  /// Everything but the first axis in one: `[n, ...]` becomes `[n, features]`.
  public func flattened() -> Self {
    precondition(shape.rank >= 1, "A scalar has no first axis to keep; flattened() needs one.")
    return reshaped([shape[0], shape.dropFirst().reduce(1, *)])
  }
}
