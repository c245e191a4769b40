import CKernels

/// The axes in another order.
struct Transpose: SingleOutputPrimitive {
  /// Axis i of the result is axis `order[i]` of the argument.
  let order: [Int]

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    precondition(
      order.sorted() == Array(0..<x.rank), "\(order) is not an order of the axes of the shape \(x.shape).")
    let extents = Array(x.shape)
    let shape = Shape(order.map { extents[$0] })
    let y = Buffer<Float>(count: shape.elementCount)
    guard y.count > 0 else { return Tensor(shape: shape, buffer: y) }
    let (order, first) = (order, max(1, shape.first ?? 1))
    let grain = (writingGrain(y.count) * first + y.count - 1) / y.count
    parallelFor(first, grain: (grain + 15) / 16 * 16) { range in
      kernels.index.permute(
        x.buffer.base, extents, order, Int32(order.count), range.lowerBound, range.upperBound, y.base)
    }
    return Tensor(shape: shape, buffer: y)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    var inverse = order
    for (i, axis) in order.enumerated() { inverse[axis] = i }
    return [upstream.transposed(inverse)]
  }
}

extension TensorAlgebra {
  /// The axes in another order: axis i of the result is axis `order[i]` of this value.
  public func transposed(_ order: [Int]) -> Self {
    order.elementsEqual(0..<shape.rank) ? self : Self.apply(Transpose(order: order), self)
  }

  /// A matrix with rows and columns exchanged.
  public func transposed() -> Self {
    precondition(
      shape.rank == 2, "A matrix has two axes, and this value has the shape \(shape); give an order.")
    return transposed([1, 0])
  }
}
