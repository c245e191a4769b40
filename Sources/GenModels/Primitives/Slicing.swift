import CKernels

/// A range of positions along one axis.
struct Slice: SingleOutputPrimitive {
  let axis: Int
  let range: Range<Int>

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.shape[axis],
      "The range \(range) lies outside axis \(axis) of the shape \(x.shape).")
    var shape = x.shape
    shape[axis] = range.count
    let (outer, middle, inner) = x.extents(around: axis)
    return Tensor(shape: shape) { y in
      guard let base = y.baseAddress, y.count > 0 else { return }
      kernels.index.copy_2d(
        x.buffer.base + range.lowerBound * inner, middle * inner, outer, range.count * inner, base,
        range.count * inner)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let extent = inputs[0].shape[axis]
    return [
      .apply(ZeroPad(axis: axis, before: range.lowerBound, after: extent - range.upperBound), upstream)
    ]
  }
}

/// Zeros before and after, along one axis.
struct ZeroPad: SingleOutputPrimitive {
  let axis: Int
  let before: Int
  let after: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    var shape = x.shape
    shape[axis] += before + after
    let (outer, middle, inner) = x.extents(around: axis)
    return Tensor(shape: shape) { y in
      y.initialize(repeating: 0)
      guard let base = y.baseAddress, x.count > 0 else { return }
      kernels.index.copy_2d(
        x.buffer.base, middle * inner, outer, middle * inner, base + before * inner,
        (before + middle + after) * inner)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [upstream.sliced(axis: axis, before..<before + inputs[0].shape[axis])]
  }
}

/// Several tensors one after the other along one axis.
struct Concatenate: SingleOutputPrimitive {
  let axis: Int

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    var shape = inputs[0].shape
    for x in inputs.dropFirst() {
      var other = x.shape
      precondition(
        other.rank == shape.rank, "Tensors of shapes \(inputs[0].shape) and \(x.shape) can't be concatenated."
      )
      other[axis] = inputs[0].shape[axis]
      precondition(
        other == inputs[0].shape,
        "Tensors of shapes \(inputs[0].shape) and \(x.shape) differ in more than axis \(axis).")
      shape[axis] += x.shape[axis]
    }
    let rowLength = shape[axis...].reduce(1, *)
    return Tensor(shape: shape) { y in
      guard let base = y.baseAddress, y.count > 0 else { return }
      var start = 0
      for x in inputs where x.count > 0 {
        let (outer, middle, inner) = x.extents(around: axis)
        kernels.index.copy_2d(x.buffer.base, middle * inner, outer, middle * inner, base + start, rowLength)
        start += middle * inner
      }
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    var start = 0
    return zip(inputs, wanted).map { input, wanted in
      let range = start..<start + input.shape[axis]
      start = range.upperBound
      return wanted ? upstream.sliced(axis: axis, range) : nil
    }
  }
}

extension TensorAlgebra {
  /// The positions `range` along an axis.
  public func sliced(axis: Int, _ range: Range<Int>) -> Self {
    let axis = shape.normalized(axis: axis)
    return range == 0..<shape[axis] ? self : Self.apply(Slice(axis: axis, range: range), self)
  }

  /// With zeros before and after, along an axis.
  public func zeroPadded(axis: Int, before: Int, after: Int) -> Self {
    precondition(before >= 0 && after >= 0, "Padding can't be negative: \(before) before, \(after) after.")
    return Self.apply(ZeroPad(axis: shape.normalized(axis: axis), before: before, after: after), self)
  }

  /// Several values one after the other along an axis; all other axes must agree. At least one value.
  public static func concatenate(_ values: [Self], axis: Int) -> Self {
    precondition(!values.isEmpty, "There is nothing to concatenate.")
    let axis = values[0].shape.normalized(axis: axis)
    return values.count == 1 ? values[0] : apply(Concatenate(axis: axis), to: values, precomputed: nil)[0]
  }

  /// Several values of one shape along a new axis at the front: `[count] + shape`. At least one value.
  public static func stack(_ values: [Self]) -> Self {
    precondition(!values.isEmpty, "There is nothing to stack.")
    let shape = values[0].shape
    for (number, value) in values.enumerated() {
      precondition(
        value.shape == shape,
        "Values to stack have one shape: the first has \(shape), and number \(number) has \(value.shape).")
    }
    return concatenate(values.map { $0.reshaped(Shape([1] + Array(shape))) }, axis: 0)
  }
}
