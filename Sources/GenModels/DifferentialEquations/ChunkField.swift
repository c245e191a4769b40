/// A vector field as the inside of the solver calls it: on some rows of the batch, on one thread.
protocol ChunkField: SendableMetatype {
  /// Writes dy/dt of `rows` states.
  ///
  /// - Parameters:
  ///   - examples: Which example of the chunk each row is.
  ///   - times: The time of each row.
  ///   - states: `[rows, columns]`.
  ///   - derivatives: `[rows, columns]`, to be written.
  mutating func evaluate(
    rows: Int, examples: UnsafePointer<Int>, times: UnsafePointer<Float>, states: UnsafePointer<Float>,
    into derivatives: UnsafeMutablePointer<Float>) throws
}

/// A closure over tensors as a field.
struct ClosureField: ChunkField {
  /// The shape of one example.
  let exampleShape: Shape
  /// The number of the chunk's first example.
  let offset: Int
  let body: (Tensor, Tensor, Indexes) throws -> Tensor

  mutating func evaluate(
    rows: Int, examples: UnsafePointer<Int>, times: UnsafePointer<Float>, states: UnsafePointer<Float>,
    into derivatives: UnsafeMutablePointer<Float>
  ) throws {
    let shape = Shape([rows] + Array(exampleShape))
    let count = shape.elementCount
    let state = Tensor(shape: shape) { $0.baseAddress!.update(from: states, count: count) }
    let time = Tensor(shape: [rows]) { $0.baseAddress!.update(from: times, count: rows) }
    let numbers = Indexes((0..<rows).map { examples[$0] + offset })
    let found = try body(time, state, numbers)
    guard found.shape == shape else {
      throw DifferentialEquationError.unexpectedDerivative(
        found: Shape(found.shape.dropFirst()), expected: exampleShape)
    }
    derivatives.update(from: found.buffer.base, count: count)
  }
}
