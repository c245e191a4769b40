import CKernels

/// Which of a layer's weights may be other than 0, where they make a staircase: column j sees the rows below `limits[j]`, and the limits
/// do not fall. It is what masks of autoregressive networks are once inputs and units are sorted by their degrees.
package struct Staircase: Sendable {
  let rows: Int
  /// For each column the number of rows that it sees; never falls.
  let limits: [Int]
  /// For each row the first column that sees it; never falls.
  let firstColumns: [Int]

  /// Traps when the limits fall or exceed the rows.
  package init(rows: Int, limits: [Int]) {
    precondition(
      zip(limits, limits.dropFirst()).allSatisfy { $0 <= $1 }
        && limits.allSatisfy { (0...rows).contains($0) },
      "The limits of a staircase of \(rows) rows rise from 0 to that number.")
    self.rows = rows
    self.limits = limits
    var column = 0
    firstColumns = (0..<rows).map { row in
      while column < limits.count, limits[column] <= row { column += 1 }
      return column
    }
  }

  var columns: Int { limits.count }

  /// 1 where a weight counts, else 0, `[rows, columns]`.
  var mask: Tensor {
    Tensor(shape: [rows, columns]) { mask in
      for row in 0..<rows {
        for column in 0..<columns { mask[row * columns + column] = column >= firstColumns[row] ? 1 : 0 }
      }
    }
  }

  /// Columns or rows of a block, and rows of a batch that are multiplied in one go.
  private static let width = 128
  private static let batchRows = 192

  fileprivate static func blocks(of count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  /// Calls `body` for each pair of a part of the batch and a block of columns (or rows), on several threads.
  private func forEachBlock(
    batch: Int, of count: Int, largestLast: Bool, _ body: @Sendable (Range<Int>, Range<Int>) -> Void
  ) {
    let (parts, blocks) = (Self.blocks(of: batch, Self.batchRows), Self.blocks(of: count, Self.width))
    parallelFor(parts.count * blocks.count, grain: 1) { range in
      for number in range {
        let block = number / parts.count
        // The largest first, so that no thread is left with one of them at the end.
        body(parts[number % parts.count], blocks[largestLast ? blocks.count - 1 - block : block])
      }
    }
  }

  /// x · (w ∘ mask) + b, or its positive part.
  func product(_ x: Tensor, _ weight: Tensor, bias: Tensor, relu: Bool) -> Tensor {
    let (batch, columns, rows) = (x.shape[0], columns, rows)
    let y = Buffer<Float>(count: batch * columns)
    forEachBlock(batch: batch, of: columns, largestLast: true) { part, block in
      let (low, high) = (limits[block.lowerBound], limits[block.upperBound - 1])
      let target = y.base + part.lowerBound * columns + block.lowerBound
      let source = x.buffer.base + part.lowerBound * rows
      let last = ood_matmul_output(
        base: target, row_stride: columns, accumulate: low > 0 ? 1 : 0,
        bias: bias.buffer.base + block.lowerBound, relu: relu ? 1 : 0, streams: 0)
      let operand = ood_matmul_operand(base: source, row_stride: rows, column_stride: 1)
      if low > 0 {
        var first = last
        (first.accumulate, first.bias, first.relu) = (0, nil, 0)
        if high == low { (first.bias, first.relu) = (last.bias, last.relu) }
        matrixBlockProduct(
          rows: part.count, columns: block.count, depth: low, operand,
          ood_matmul_operand(
            base: weight.buffer.base + block.lowerBound, row_stride: columns, column_stride: 1), into: first)
        if high == low { return }
      }
      let edge = edge(of: weight, rows: low..<high, columns: block)
      matrixBlockProduct(
        rows: part.count, columns: block.count, depth: high - low,
        ood_matmul_operand(base: source + low, row_stride: rows, column_stride: 1),
        ood_matmul_operand(base: edge.base, row_stride: block.count, column_stride: 1), into: last)
    }
    return Tensor(shape: [batch, columns], buffer: y)
  }

  /// g · (w ∘ mask)ᵀ.
  func inputGradient(_ g: Tensor, _ weight: Tensor) -> Tensor {
    let (batch, columns, rows) = (g.shape[0], columns, rows)
    let dx = Buffer<Float>(count: batch * rows)
    forEachBlock(batch: batch, of: rows, largestLast: false) { part, block in
      let (low, high) = (firstColumns[block.lowerBound], firstColumns[block.upperBound - 1])
      let source = g.buffer.base + part.lowerBound * columns
      var output = ood_matmul_output(
        base: dx.base + part.lowerBound * rows + block.lowerBound, row_stride: rows, accumulate: 0, bias: nil,
        relu: 0, streams: 0)
      matrixBlockProduct(
        rows: part.count, columns: block.count, depth: columns - high,
        ood_matmul_operand(base: source + high, row_stride: columns, column_stride: 1),
        ood_matmul_operand(
          base: weight.buffer.base + block.lowerBound * columns + high, row_stride: 1, column_stride: columns),
        into: output)
      guard high > low else { return }
      output.accumulate = 1
      let edge = edge(of: weight, rows: block, columns: low..<high)
      matrixBlockProduct(
        rows: part.count, columns: block.count, depth: high - low,
        ood_matmul_operand(base: source + low, row_stride: columns, column_stride: 1),
        ood_matmul_operand(base: edge.base, row_stride: 1, column_stride: high - low), into: output)
    }
    return Tensor(shape: [batch, rows], buffer: dx)
  }

  /// (xᵀ · g) ∘ mask.
  func weightGradient(_ x: Tensor, _ g: Tensor) -> Tensor {
    let (batch, columns, rows) = (g.shape[0], columns, rows)
    let dw = Buffer<Float>(count: rows * columns)
    let blocks = Self.blocks(of: rows, Self.width)
    parallelFor(blocks.count, grain: 1) { range in
      for block in range.map({ blocks[$0] }) {
        let first = firstColumns[block.lowerBound]
        matrixBlockProduct(
          rows: block.count, columns: columns - first, depth: batch,
          ood_matmul_operand(base: x.buffer.base + block.lowerBound, row_stride: 1, column_stride: rows),
          ood_matmul_operand(base: g.buffer.base + first, row_stride: columns, column_stride: 1),
          into: ood_matmul_output(
            base: dw.base + block.lowerBound * columns + first, row_stride: columns, accumulate: 0, bias: nil,
            relu: 0, streams: 0))
        for row in block {
          (dw.base + row * columns).update(repeating: 0, count: firstColumns[row])
        }
      }
    }
    return Tensor(shape: [rows, columns], buffer: dw)
  }

  /// A rectangle of the masked weights, for the edge of the staircase that runs through it.
  private func edge(of weight: Tensor, rows: Range<Int>, columns: Range<Int>) -> Buffer<Float> {
    let edge = Buffer<Float>(count: rows.count * columns.count)
    for (i, row) in rows.enumerated() {
      let target = edge.base + i * columns.count
      let zeros = min(columns.count, max(0, firstColumns[row] - columns.lowerBound))
      target.update(repeating: 0, count: zeros)
      (target + zeros).update(
        from: weight.buffer.base + row * self.columns + columns.lowerBound + zeros,
        count: columns.count - zeros)
    }
    return edge
  }
}

/// max(0, x · (w ∘ mask) + b), or without the maximum, for a mask that is a staircase: what it removes is not computed, forward or back,
/// but for the blocks that the edge runs through.
struct StaircaseProduct: SingleOutputPrimitive {
  let staircase: Staircase
  let hasReLU: Bool

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    staircase.product(inputs[0], inputs[1], bias: inputs[2], relu: hasReLU)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (x, weight) = (inputs[0], inputs[1])
    let g = hasReLU ? upstream.gated(by: output) : upstream
    if !Value.isRecorded {
      return [
        wanted[0] ? x.constant(staircase.inputGradient(g.tensor, weight.tensor)) : nil,
        wanted[1] ? x.constant(staircase.weightGradient(x.tensor, g.tensor)) : nil,
        wanted[2] ? g.sum(axes: [0]) : nil,
      ]
    }
    let mask = x.constant(staircase.mask)
    return [
      wanted[0] ? g.matrixProduct(weight * mask, transposingOther: true) : nil,
      wanted[1] ? x.matrixProduct(g, transposingSelf: true) * mask : nil,
      wanted[2] ? g.sum(axes: [0]) : nil,
    ]
  }
}

extension TensorAlgebra {
  /// activation(x · (weight ∘ mask) + bias) of rows `[batch, inputs]`, where the mask is a staircase.
  package func masked(
    by staircase: Staircase, weight: Self, bias: Self, activation: Activation = .identity
  ) -> Self {
    precondition(
      shape.rank == 2 && shape[1] == staircase.rows && weight.shape == [staircase.rows, staircase.columns]
        && bias.shape == [staircase.columns],
      """
      A masked layer of \(staircase.rows) inputs and \(staircase.columns) outputs takes rows, weights and biases of \
      those sizes, not \(shape), \(weight.shape) and \(bias.shape).
      """)
    let sums = Self.apply(
      StaircaseProduct(staircase: staircase, hasReLU: activation == .relu), self, weight, bias)
    return activation == .relu ? sums : activation(sums)
  }
}
