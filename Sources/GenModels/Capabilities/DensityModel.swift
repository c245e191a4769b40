/// A probability density over examples.
///
/// The density is normalised: it integrates to 1. Bounds on one (`DensityBound`) and unnormalised energies
/// (`UnnormalizedEnergy`) have types of their own.
public protocol DensityModel<Examples>: Sampler {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// ln p(x) of each example, in nats; where the density is 0, −∞. The examples are checked: this is what `logDensity(_:)`
  /// calls. An example's density depends on that example alone.
  /// - Throws: Where there is no answer, with the example's number.
  func logDensity(checked x: Examples) throws -> [Double]
}

extension DensityModel {
  /// ln p(x) of each example, in nats; where the density is 0, −∞.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities; what the model says in `logDensity(checked:)`.
  public func logDensity(_ x: Examples) throws -> [Double] {
    try check(x)
    return x.exampleCount == 0 ? [] : try logDensity(checked: x)
  }
}
