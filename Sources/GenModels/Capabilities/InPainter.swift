/// A model that draws what is missing of an example, given the rest.
public protocol InPainter: Sampler where Examples == Tensor {
  /// Examples with the unknown numbers drawn. Examples and marks are checked: this is what `inPaint(_:known:using:)` calls.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`, 0 where a number is not known.
  ///   - known: 1 for each number that is known, else 0, of the same shape.
  ///   - random: What the draws come from.
  func inPaint(checked x: Tensor, known: Tensor, using random: inout RandomGenerator) -> Tensor
}

extension InPainter {
  /// Examples with what is not known drawn; what is known stays as it is.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`; numbers that are not known may be anything, NaN too.
  ///   - known: Where it is above 0, the number is known: of one example's shape for all, or of x's.
  ///   - random: What the draws come from.
  /// - Throws: `ExampleError` for another shape, or known numbers that are not examples of the model.
  public func inPaint(
    _ x: Tensor, known: Tensor, using random: inout RandomGenerator
  ) throws -> Tensor {
    guard x.rank >= 1 else { throw ExampleError.noExampleAxis }
    let shape = Shape([x.shape[0]] + Array(exampleShape))
    guard x.shape == shape else {
      throw ExampleError.unexpectedShape(found: Shape(x.shape.dropFirst()), expected: exampleShape)
    }
    guard known.shape == exampleShape || known.shape == shape else {
      throw ExampleError.unexpectedShape(found: known.shape, expected: exampleShape)
    }
    let marks = known.step().broadcast(to: shape)
    // A gap times 0 would stay NaN.
    let cleared = Tensor(shape: shape) { cleared in
      x.withUnsafeElements { values in
        marks.withUnsafeElements { marks in
          for i in 0..<cleared.count { cleared[i] = marks[i] > 0 ? values[i] : 0 }
        }
      }
    }
    try check(cleared)
    return x.shape[0] == 0 ? cleared : inPaint(checked: cleared, known: marks, using: &random)
  }
}
