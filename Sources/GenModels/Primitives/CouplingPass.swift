import CKernels

/// One run of a `CouplingStack` over a batch, forwards or backwards.
struct CouplingPass: @unchecked Sendable {
  private let steps: [Prepared]
  let conditions: Int
  let rows, columns: Int
  let x: UnsafeMutablePointer<Float>
  let layout: CouplingLayout
  private let inputs: [Tensor]
  /// Rows of a chunk, forwards and backwards; all of them where the networks are large.
  private let forwardGrain, grain: Int
  private let isSmall: Bool

  /// A step with its network's sizes and weights.
  private struct Prepared {
    let step: CouplingStack.Step
    /// `CouplingStack.Step.layerSizes`.
    let sizes: [Int]
    /// The position among the inputs of the first layer's weight; its bias and the other layers' follow.
    let firstWeight: Int
    let weights, biases: [UnsafeMutablePointer<Float>]
  }

  /// Multiply-adds of a layer and a row below which a network counts as small: 64 rows stay within one thread's share.
  private static let smallLayer = 32_768

  init(_ stack: CouplingStack, _ inputs: [Tensor]) {
    let x = inputs[0]
    conditions = stack.conditions
    precondition(x.rank == 2, "Couplings of vectors take rows [rows, columns], not \(x.shape).")
    (rows, columns) = (x.shape[0], x.shape[1])
    self.x = x.buffer.base
    self.inputs = inputs
    layout = CouplingLayout(stack.steps, conditions: conditions, rows: rows)
    if conditions > 0 {
      precondition(
        inputs[1].shape == [rows, conditions],
        "Couplings of \(rows) rows take conditions [\(rows), \(conditions)], not \(inputs[1].shape).")
    }
    var largest = 0
    var next = stack.conditions > 0 ? 2 : 1
    var prepared: [Prepared] = []
    for step in stack.steps {
      precondition(
        step.read.upperBound <= columns && step.changed.upperBound <= columns,
        "A coupling of the columns \(step.read) and \(step.changed) does not fit rows of shape \(x.shape).")
      let sizes = step.layerSizes(conditions: stack.conditions)
      let first = next
      for layer in step.widths.indices {
        let (weight, bias) = (inputs[next], inputs[next + 1])
        precondition(
          weight.shape == [sizes[layer], sizes[layer + 1]] && bias.shape == [sizes[layer + 1]],
          """
          Layer \(layer) of a coupling's network takes weights [\(sizes[layer]), \(sizes[layer + 1])] and as many biases, not \
          \(weight.shape) and \(bias.shape).
          """)
        largest = max(largest, weight.count)
        next += 2
      }
      prepared.append(
        Prepared(
          step: step, sizes: sizes, firstWeight: first,
          weights: stride(from: first, to: next, by: 2).map { inputs[$0].buffer.base },
          biases: stride(from: first, to: next, by: 2).map { inputs[$0 + 1].buffer.base }))
    }
    steps = prepared
    isSmall = largest <= Self.smallLayer
    // At most 32 chunks, whose gradients of the weights are kept apart and then added in order.
    grain = isSmall ? max(64, (rows + 2047) / 2048 * 64) : max(1, rows)
    forwardGrain = isSmall ? 32 : max(1, rows)
  }

  /// Calls `body` for ranges of rows: on several threads for small networks, once for large ones.
  func forEachForwardChunk(_ body: @Sendable (Range<Int>) -> Void) {
    parallelFor(rows, grain: forwardGrain, body)
  }

  private func base(_ input: Int) -> UnsafeMutablePointer<Float> { inputs[input].buffer.base }

  // MARK: Forward

  /// - Parameters:
  ///   - memory: What the step keeps of all rows, or, where nothing is kept, room for these rows alone: chunks work on
  ///     different steps at the same time, whose layouts differ.
  func forward(
    _ number: Int, _ range: Range<Int>, y: UnsafeMutablePointer<Float>,
    logDeterminant: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>, keeps: Bool
  ) {
    let (step, sizes) = (steps[number].step, steps[number].sizes)
    let (weights, biases) = (steps[number].weights, steps[number].biases)
    let (first, count) = (range.lowerBound, range.count)
    // Rows that the memory has room for, and which of them is the range's first.
    let (capacity, place) = keeps ? (rows, first) : (count, 0)
    let rowStart = y + first * columns
    let network = memory + place * sizes[0]
    copy(
      StridedRows(base: rowStart + step.read.lowerBound, stride: columns),
      to: StridedRows(base: network, stride: sizes[0]), count, step.read.count)
    if conditions > 0 {
      copy(
        StridedRows(base: base(1) + first * conditions, stride: conditions),
        to: StridedRows(base: network + step.read.count, stride: sizes[0]), count, conditions)
    }
    var from = memory
    for layer in step.widths.indices {
      let to = from + capacity * sizes[layer]
      matrixMultiply(
        rows: count, columns: sizes[layer + 1], depth: sizes[layer], from + place * sizes[layer],
        transposeA: false, weights[layer], transposeB: false, into: to + place * sizes[layer + 1],
        bias: biases[layer], relu: layer + 1 < step.widths.count)
      from = to
    }
    let (width, changed) = (sizes[sizes.count - 1], step.changed.count)
    let parameters = StridedRows(base: from + place * width, stride: width)
    let before = StridedRows(base: from + capacity * width + place * changed, stride: changed)
    let sums = StridedRows(base: from + capacity * (width + changed) + place, stride: 1)
    let targets = StridedRows(base: rowStart + step.changed.lowerBound, stride: columns)
    let totals = StridedRows(base: logDeterminant + first, stride: 1)
    forEachPart(of: 0..<count, perRow: width) { part in
      let (row, count) = (part.lowerBound, part.count)
      let (target, sum) = (targets.row(row), sums.row(row))
      copy(target, to: before.row(row), count, changed)
      step.transform.map(
        target, parameters.row(row), into: target, logDeterminant: sum.base, rows: count, columns: changed)
      addRows(sum, to: totals.row(row), rows: count, columns: 1)
    }
  }

  /// Splits the rows of elementwise work over threads, where the networks are large.
  private func forEachPart(of range: Range<Int>, perRow: Int, _ body: @Sendable (Range<Int>) -> Void) {
    if isSmall { return body(range) }
    parallelFor(range.count, grain: max(1, elementwiseGrain / 4 / max(1, perRow))) { part in
      body(range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
    }
  }

  private func copy(_ from: StridedRows, to: StridedRows, _ rows: Int, _ columns: Int) {
    kernels.index.copy_2d(from.base, from.stride, rows, columns, to.base, to.stride)
  }

  // MARK: Backward

  /// Gradients to the inputs that are wanted, from those to y and to the log-determinants.
  func gradients(_ u: Tensor, _ v: Tensor, memory: Buffer<Float>, wanted: [Bool]) -> [Tensor?] {
    let dx = Buffer<Float>(count: rows * columns)
    let dCondition = conditions > 0 && wanted[1] ? Buffer<Float>(count: rows * conditions) : nil
    let weights = WeightGradients(
      inputs, wanted: wanted, first: conditions > 0 ? 2 : 1, chunks: (rows + grain - 1) / grain)
    let widest = steps.flatMap(\.sizes).max() ?? 0
    let grain = grain
    let wantsReading = wanted[0] || dCondition != nil
    parallelFor(rows, grain: grain) { range in
      let place = range.lowerBound * columns
      (dx.base + place).update(from: u.buffer.base + place, count: range.count * columns)
      if let dCondition {
        (dCondition.base + range.lowerBound * conditions).initialize(
          repeating: 0, count: range.count * conditions)
      }
      let scratch = Buffer<Float>(count: 2 * range.count * widest)
      for step in steps.indices.reversed() {
        backward(
          step, range, dx: dx.base, v.buffer.base, dCondition: dCondition?.base,
          memory: memory.base + layout.start(of: step), scratch: scratch, weights,
          chunk: range.lowerBound / grain, wantsReading: step > 0 || wantsReading)
      }
    }
    weights.addChunks()
    return inputs.indices.map { input in
      guard wanted[input] else { return nil }
      if input == 0 { return Tensor(shape: inputs[0].shape, buffer: dx) }
      if input == 1, let dCondition { return Tensor(shape: inputs[1].shape, buffer: dCondition) }
      return weights.found[input].map { Tensor(shape: inputs[input].shape, buffer: $0) }
    }
  }

  private func backward(
    _ number: Int, _ range: Range<Int>, dx: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>,
    dCondition: UnsafeMutablePointer<Float>?, memory: UnsafeMutablePointer<Float>, scratch: Buffer<Float>,
    _ weights: WeightGradients, chunk: Int, wantsReading: Bool
  ) {
    let (step, sizes) = (steps[number].step, steps[number].sizes)
    let firstWeight = steps[number].firstWeight
    let (first, count) = (range.lowerBound, range.count)
    let (width, changed) = (sizes[sizes.count - 1], step.changed.count)
    var places = [memory]
    for size in sizes { places.append(places[places.count - 1] + rows * size) }
    let parameters = StridedRows(base: places[sizes.count - 1], stride: width)
    let before = StridedRows(base: places[sizes.count], stride: changed)
    let targets = StridedRows(base: dx + step.changed.lowerBound, stride: columns)
    let upstreams = StridedRows(base: v, stride: 1)
    var (g, other) = (scratch.base, scratch.base + scratch.count / 2)
    let dParameters = StridedRows(base: g, stride: width)
    forEachPart(of: range, perRow: width) { part in
      let row = part.lowerBound
      let target = targets.row(row)
      step.transform.backward(
        target, upstreams.row(row).base, before.row(row), parameters.row(row), dx: target,
        dParameters: dParameters.row(row - first), rows: part.count, columns: changed)
    }
    for layer in step.widths.indices.reversed() {
      let (size, outputs) = (sizes[layer], sizes[layer + 1])
      let hidden = places[layer] + first * size
      let (weight, bias) = (firstWeight + 2 * layer, firstWeight + 2 * layer + 1)
      if let target = weights.target(weight, chunk) {
        matrixMultiply(
          rows: size, columns: outputs, depth: count, hidden, transposeA: true, g, transposeB: false,
          into: target)
      }
      if let target = weights.target(bias, chunk) { kernels.reduce.sum(g, target, 1, count, outputs) }
      if layer == 0 && !wantsReading { return }
      matrixMultiply(
        rows: count, columns: size, depth: outputs, g, transposeA: false, steps[number].weights[layer],
        transposeB: true,
        into: other)
      if layer > 0 {
        let target = StridedRows(base: other, stride: size)
        let gate = StridedRows(base: hidden, stride: size)
        forEachPart(of: 0..<count, perRow: size) { part in
          let place = target.row(part.lowerBound).base
          kernels.map.binary(ood_gate, place, gate.row(part.lowerBound).base, place, part.count * size)
        }
      }
      swap(&g, &other)
    }
    let read = step.read
    addRows(
      StridedRows(base: g, stride: sizes[0]),
      to: StridedRows(base: dx + first * columns + read.lowerBound, stride: columns), rows: count,
      columns: read.count)
    if let dCondition {
      addRows(
        StridedRows(base: g + read.count, stride: sizes[0]),
        to: StridedRows(base: dCondition + first * conditions, stride: conditions), rows: count,
        columns: conditions)
    }
  }
}

/// The gradients of a stack's weights: each chunk of rows has its own, which are added in the order of chunks.
private struct WeightGradients: @unchecked Sendable {
  /// For each input its gradient, where it is a wanted weight; the first chunk writes here.
  let found: [Buffer<Float>?]
  /// Those of the other chunks, one after the other, and where each input's stands in a chunk's.
  private let others: Buffer<Float>
  private let starts: [Int]
  private let total: Int
  private let chunks: Int

  init(_ inputs: [Tensor], wanted: [Bool], first: Int, chunks: Int) {
    var (starts, total) = ([Int](repeating: 0, count: inputs.count), 0)
    var found = [Buffer<Float>?](repeating: nil, count: inputs.count)
    for input in first..<max(first, inputs.count) where wanted[input] {
      starts[input] = total
      total += inputs[input].count
      let gradient = Buffer<Float>(count: inputs[input].count)
      if chunks == 0 { gradient.base.initialize(repeating: 0, count: gradient.count) }
      found[input] = gradient
    }
    self.found = found
    self.starts = starts
    self.total = total
    self.chunks = chunks
    others = Buffer(count: max(0, chunks - 1) * total)
  }

  /// Where a chunk's gradient of an input goes; nil where it is not wanted.
  func target(_ input: Int, _ chunk: Int) -> UnsafeMutablePointer<Float>? {
    guard let gradient = found[input] else { return nil }
    return chunk == 0 ? gradient.base : others.base + (chunk - 1) * total + starts[input]
  }

  func addChunks() {
    guard chunks > 1 else { return }
    for input in found.indices {
      guard let gradient = found[input] else { continue }
      for chunk in 1..<chunks {
        kernels.map.scale_add(1, target(input, chunk)!, gradient.base, gradient.count)
      }
    }
  }
}

/// What a step of a `CouplingStack` keeps, layer by layer `[rows, width]`: the network's input, each layer's output, the changed
/// columns before the change, and one number for each row.
struct CouplingLayout {
  private var starts = [0]

  init(_ steps: [CouplingStack.Step], conditions: Int, rows: Int) {
    for step in steps {
      let perRow = step.layerSizes(conditions: conditions).reduce(0, +) + step.changed.count + 1
      starts.append(starts[starts.count - 1] + rows * perRow)
      mostPerRow = max(mostPerRow, perRow)
    }
  }

  func start(of step: Int) -> Int { starts[step] }
  var total: Int { starts[starts.count - 1] }
  /// Numbers a row that the step with the largest networks needs.
  private(set) var mostPerRow = 0
}
