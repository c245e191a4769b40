extension Tensor {
  /// What `body` makes of the examples, `size` of them at a time, so that memory stays bounded; `[0] + outputShape` of none.
  package func inPieces(
    of size: Int = 256, outputShape: Shape, _ body: (Tensor) throws -> Tensor
  ) rethrows -> Tensor {
    let pieces = try stride(from: 0, to: shape[0], by: size).map { start in
      try body(sliced(axis: 0, start..<min(shape[0], start + size)))
    }
    return pieces.isEmpty ? .zeros(Shape([0] + Array(outputShape))) : .concatenate(pieces, axis: 0)
  }
}
