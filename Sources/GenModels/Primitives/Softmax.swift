import CKernels

/// exp(xᵢ) / Σₖ exp(xₖ) along the last axis, or its logarithm.
struct Softmax: SingleOutputPrimitive {
  let logarithmic: Bool

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    return x.byRows { start, y, rows, columns in
      let kernel = logarithmic ? kernels.softmax.log_softmax : kernels.softmax.softmax
      kernel(x.buffer.base + start, y + start, rows, columns)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    if !Value.isRecorded {
      let (u, y) = (upstream.tensor, output.tensor)
      let gradient = u.byRows { start, dx, rows, columns in
        let kernel = logarithmic ? kernels.softmax.log_softmax_gradient : kernels.softmax.softmax_gradient
        kernel(u.buffer.base + start, y.buffer.base + start, dx + start, rows, columns)
      }
      return [upstream.constant(gradient)]
    }
    return logarithmic
      ? [upstream - output.exp() * upstream.sum(axes: [-1], keepingAxes: true)]
      : [output * (upstream - (upstream * output).sum(axes: [-1], keepingAxes: true))]
  }
}

/// −log softmax(logits)[label] of each row, in nats.
struct CrossEntropy: SingleOutputPrimitive {
  let labels: Indexes

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let logits = inputs[0]
    precondition(
      logits.rank == 2 && labels.shape == [logits.shape[0]],
      "Cross-entropy takes logits [rows, classes] and one label a row, not \(logits.shape) and \(labels.shape)."
    )
    labels.requireBelow(logits.shape[1], "classes", of: logits.shape)
    let columns = logits.shape[1]
    let loss = Buffer<Float>(count: labels.count)
    parallelFor(labels.count, grain: max(1, elementwiseGrain / columns)) { range in
      let row = range.lowerBound
      kernels.softmax.cross_entropy(
        logits.buffer.base + row * columns, labels.buffer.base + row, loss.base + row, range.count, columns)
    }
    return Tensor(shape: labels.shape, buffer: loss)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let logits = inputs[0]
    if !Value.isRecorded {
      let (u, z) = (upstream.tensor, logits.tensor)
      let gradient = z.byRows { start, dz, rows, columns in
        let row = start / columns
        kernels.softmax.cross_entropy_gradient(
          z.buffer.base + start, labels.buffer.base + row, u.buffer.base + row, dz + start, rows, columns)
      }
      return [upstream.constant(gradient)]
    }
    let target = logits.constant(Tensor.oneHot(labels, classes: logits.shape[1]))
    return [(logits.softmax() - target) * upstream.reshaped([labels.count, 1])]
  }
}

extension Tensor {
  /// A tensor of this shape, written by ranges of rows along the last axis: (first element, result, rows, columns).
  fileprivate func byRows(_ body: @Sendable (Int, UnsafeMutablePointer<Float>, Int, Int) -> Void) -> Tensor {
    precondition(rank >= 1 && shape[rank - 1] >= 1, "A softmax needs a last axis of 1 or more, not \(shape).")
    let columns = shape[rank - 1]
    let result = Buffer<Float>(count: count)
    parallelFor(count / columns, grain: max(1, (writingGrain(count) + columns - 1) / columns)) { range in
      body(range.lowerBound * columns, result.base, range.count, columns)
    }
    return Tensor(shape: shape, buffer: result)
  }

  /// Rows `[labels, classes]` of zeros with a 1 at each label.
  public static func oneHot(_ labels: Indexes, classes: Int) -> Tensor {
    labels.requireBelow(classes, "classes", of: [labels.count, classes])
    return Tensor(shape: [labels.count, classes]) { y in
      y.initialize(repeating: 0)
      for i in 0..<labels.count { y[i * classes + Int(labels.buffer.base[i])] = 1 }
    }
  }
}

extension TensorAlgebra {
  /// exp(xᵢ) / Σₖ exp(xₖ) along the last axis.
  public func softmax() -> Self { Self.apply(Softmax(logarithmic: false), self) }

  /// xᵢ − log Σₖ exp(xₖ) along the last axis.
  public func logSoftmax() -> Self { Self.apply(Softmax(logarithmic: true), self) }

  /// log Σₖ exp(xₖ) along the last axis, which is dropped.
  public func logSumExp() -> Self {
    let first = sliced(axis: -1, 0..<1)
    return (first - logSoftmax().sliced(axis: -1, 0..<1)).reshaped(Shape(shape.dropLast()))
  }

  /// −log softmax(x)[label] of each row of logits `[rows, classes]`, in nats, shape `[rows]`.
  /// Traps when a label is not a class.
  public func crossEntropy(labels: Indexes) -> Self { Self.apply(CrossEntropy(labels: labels), self) }
}
