/// A batch of examples, as models take it: a `Tensor` whose first axis counts examples, a `Matrix` with an example a row, or
/// an array of sequences.
public protocol ExampleBatch: Sendable {
  /// Number of examples.
  var exampleCount: Int { get }

  /// Throws unless every example has the shape and holds finite numbers alone.
  /// - Throws: `ExampleError` with the first example that is wrong, counted from 0.
  func requireExamples(of shape: Shape) throws(ExampleError)

  /// The examples of a range.
  func examples(_ range: Range<Int>) -> Self
}

extension Tensor: ExampleBatch {
  public var exampleCount: Int { shape.first ?? 0 }

  public func requireExamples(of expected: Shape) throws(ExampleError) {
    guard rank >= 1 else { throw .noExampleAxis }
    guard shape.dropFirst().elementsEqual(expected) else {
      throw .unexpectedShape(found: Shape(shape.dropFirst()), expected: expected)
    }
    try requireFiniteExamples()
  }

  /// Throws unless all numbers are finite.
  /// - Throws: `ExampleError.notFinite` with the first example that has another.
  public func requireFiniteExamples() throws(ExampleError) {
    guard let position = firstNonFinite else { return }
    let width = max(1, count / max(1, exampleCount))
    throw .notFinite(
      example: position / width, feature: position % width,
      value: Double(withUnsafeElements { $0[position] }))
  }

  public func examples(_ range: Range<Int>) -> Tensor { sliced(axis: 0, range) }
}

extension Matrix: ExampleBatch {
  public var exampleCount: Int { rows }

  public func requireExamples(of expected: Shape) throws(ExampleError) {
    guard expected.rank == 1, expected[0] == columns else {
      throw .unexpectedShape(found: [columns], expected: expected)
    }
    guard let position = withUnsafeElements({ $0.firstIndex { !$0.isFinite } }) else { return }
    throw .notFinite(
      example: position / columns, feature: position % columns, value: withUnsafeElements { $0[position] })
  }

  public func examples(_ range: Range<Int>) -> Matrix { self[rows: range] }
}

/// Sequences of feature vectors, a row a time step: the shape of an example is that of one step, and lengths may differ.
extension [Matrix]: ExampleBatch {
  public var exampleCount: Int { count }

  public func requireExamples(of expected: Shape) throws(ExampleError) {
    for (number, sequence) in enumerated() {
      do { try sequence.requireExamples(of: expected) } catch {
        guard case .notFinite(let step, let feature, let value) = error else { throw error }
        throw .notFiniteStep(example: number, step: step, feature: feature, value: value)
      }
      guard sequence.rows > 0 else { throw .emptySequence(example: number) }
    }
  }

  public func examples(_ range: Range<Int>) -> [Matrix] { Array(self[range]) }
}
