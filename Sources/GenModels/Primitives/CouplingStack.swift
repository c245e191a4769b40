/// Couplings of vectors one after the other, each with its fully connected network, as one operation.
///
/// Step by step, a network with ReLU between its layers reads some columns of x (and the condition), and some columns are changed
/// by the step's transform with what the network says. Inputs: x `[rows, columns]`; the condition `[rows, conditions]` where there
/// is one; then for each step the weight and the bias of each layer. Outputs: y, the sum of the steps' log-determinants for
/// each row, and what the pullback needs to remember.
///
/// Small networks run through all steps for a few rows at a time, on several threads, which saves most of what many
/// small operations cost; large ones use the threads inside each product. Which, follows from shapes alone.
struct CouplingStack: Primitive {
  struct Step {
    let transform: CouplingTransform
    /// Columns that the network reads; the condition comes after them.
    let read: Range<Int>
    /// Columns that are changed.
    let changed: Range<Int>
    /// Outputs of each layer of the network, the last one's being the transform's parameters.
    let widths: [Int]

    /// Numbers that go into each layer, and out of the last.
    func layerSizes(conditions: Int) -> [Int] { [read.count + conditions] + widths }
  }

  let steps: [Step]
  let conditions: Int
  /// Whether what the pullback needs is kept.
  let keeps: Bool

  func evaluate(_ inputs: [Tensor]) -> [Tensor] {
    let pass = CouplingPass(self, inputs)
    let y = Buffer<Float>(count: inputs[0].count)
    let logDeterminant = Buffer<Float>(count: pass.rows)
    let memory = Buffer<Float>(count: keeps ? pass.layout.total : pass.rows * pass.layout.mostPerRow)
    let columns = pass.columns
    pass.forEachForwardChunk { rows in
      let place = rows.lowerBound * columns
      (y.base + place).update(from: pass.x + place, count: rows.count * columns)
      (logDeterminant.base + rows.lowerBound).initialize(repeating: 0, count: rows.count)
      for step in steps.indices {
        pass.forward(
          step, rows, y: y.base, logDeterminant: logDeterminant.base,
          memory: memory.base
            + (keeps ? pass.layout.start(of: step) : rows.lowerBound * pass.layout.mostPerRow),
          keeps: keeps)
      }
    }
    return [
      Tensor(shape: inputs[0].shape, buffer: y), Tensor(shape: [pass.rows], buffer: logDeterminant),
      Tensor(shape: [memory.count], buffer: memory),
    ]
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: [Value?], inputs: [Value], outputs: [Value], wanted: [Bool]
  ) -> [Value?] {
    if Value.isRecorded {
      return composedPullback(Array(upstream[..<2]), inputs: inputs, wanted: wanted) { inputs in
        let mapped = composed(inputs)
        return [mapped.value, mapped.logDeterminant]
      }
    }
    let tensors = inputs.map(\.tensor)
    let u = upstream[0]?.tensor ?? .zeros(tensors[0].shape)
    let v = upstream[1]?.tensor ?? .zeros([tensors[0].shape[0]])
    let pass = CouplingPass(self, tensors)
    return pass.gradients(u, v, memory: outputs[2].tensor.buffer, wanted: wanted).map {
      $0.map(inputs[0].constant)
    }
  }

  /// The same from other primitives.
  func composed<Value: TensorAlgebra>(_ inputs: [Value]) -> Mapped<Value> {
    var value = inputs[0]
    var sum: Value?
    var next = conditions > 0 ? 2 : 1
    for step in steps {
      var hidden = value.sliced(axis: 1, step.read)
      if conditions > 0 { hidden = Value.concatenate([hidden, inputs[1]], axis: 1) }
      for layer in step.widths.indices {
        hidden = hidden.affine(
          weight: inputs[next], bias: inputs[next + 1],
          activation: layer + 1 < step.widths.count ? .relu : .identity)
        next += 2
      }
      let part = value.sliced(axis: 1, step.changed)
      let mapped = step.transform.composed(part, parameters: hidden, isInverse: false)
      let kept = [0..<step.changed.lowerBound, step.changed.upperBound..<value.shape[1]]
      let parts = [value.sliced(axis: 1, kept[0]), mapped.value, value.sliced(axis: 1, kept[1])]
      value = Value.concatenate(parts.filter { $0.shape[1] > 0 }, axis: 1)
      sum = sum.map { $0 + mapped.logDeterminant } ?? mapped.logDeterminant
    }
    return Mapped(value, logDeterminant: sum ?? value.constant(.zeros([value.shape[0]])))
  }
}
