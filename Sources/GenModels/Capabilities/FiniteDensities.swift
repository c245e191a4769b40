extension Network {
  /// Log-densities of a batch, computed some examples at a time so that memory stays bounded.
  ///
  /// An example so far out that 32 bits overflow on the way has the least log-density that they hold, −3.4·10³⁸, below that of every
  /// other.
  /// - Throws: `ExampleError.overflow` for a model with a parameter that is not finite; what `body` throws.
  func logDensities(
    inPiecesOf size: Int, _ x: Tensor, _ body: (_ piece: Tensor, _ rows: Range<Int>) throws -> Tensor
  ) throws -> [Double] {
    var found: [Double] = []
    found.reserveCapacity(x.shape[0])
    for start in stride(from: 0, to: x.shape[0], by: size) {
      let rows = start..<min(x.shape[0], start + size)
      for number in try body(x.sliced(axis: 0, rows), rows).elements {
        if !number.isFinite {
          // The example's own doing, unless the model is broken, for which every example is.
          guard namedTensors.allSatisfy({ $0.tensor.firstNonFinite == nil }) else {
            throw ExampleError.overflow(example: found.count)
          }
        }
        found.append(number.isFinite ? Double(number) : -Double(Float.greatestFiniteMagnitude))
      }
    }
    return found
  }
}
