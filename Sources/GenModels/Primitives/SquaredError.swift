import CKernels

/// (1/n) Σ (x − target)², a scalar.
struct MeanSquaredError: SingleOutputPrimitive {
  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let (x, target) = (inputs[0], inputs[1])
    let count = x.count
    guard count > 0 else { return Tensor(0) }
    let grain = 2 * elementwiseGrain
    let parts = (count + grain - 1) / grain
    let sum = withUnsafeTemporaryAllocation(of: Double.self, capacity: parts) { partial in
      nonisolated(unsafe) let partial = partial
      parallelFor(count, grain: grain) { range in
        partial[range.lowerBound / grain] = kernels.reduce.sum_squared_difference(
          x.buffer.base + range.lowerBound, target.buffer.base + range.lowerBound, range.count)
      }
      return partial.reduce(0, +)
    }
    return Tensor(Float(sum / Double(count)))
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, target) = (inputs[0], inputs[1])
    let slope = (x - target) * (upstream * (2 / Float(max(1, x.tensor.count))))
    return [wanted[0] ? slope : nil, wanted[1] ? -slope : nil]
  }
}

extension TensorAlgebra {
  /// The mean squared difference to `target`, of the same shape: (1/n) Σ (x − target)², a scalar.
  public func meanSquaredError(_ target: Self) -> Self {
    precondition(
      shape == target.shape,
      "A mean squared error compares tensors of one shape, not \(shape) and \(target.shape).")
    return Self.apply(MeanSquaredError(), self, target)
  }
}

extension Variable {
  /// The mean squared difference to data of the same shape.
  public func meanSquaredError(_ target: Tensor) -> Variable { meanSquaredError(constant(target)) }
}
