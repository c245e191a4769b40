/// A model with ln p(x) = −E(x) − ln Z, whose Z is not known: energies compare examples of one model, and nothing else.
///
/// **Low energy means probable**, as everywhere in physics; as a score, energy already has the sign of `OODScorer`.
public protocol UnnormalizedEnergy<Examples>: ExampleReader {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// E(x) of each example, in nats up to one constant. The examples are checked: this is what `energy(_:)` calls.
  func energy(checked x: Examples) throws -> [Double]
}

extension UnnormalizedEnergy {
  /// E(x) of each example, in nats up to one constant.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func energy(_ x: Examples) throws -> [Double] {
    try check(x)
    return x.exampleCount == 0 ? [] : try energy(checked: x)
  }
}
