/// A model that knows a lower bound on ln p(x), not ln p(x) itself: a variational autoencoder, or a density of continuous
/// numbers asked about grey levels.
///
/// The bound is an average over random draws, so it has a number of samples and a seed: the same ones give the same bits,
/// whatever else is in the batch.
public protocol DensityBound<Examples>: Sampler {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// A lower bound on ln p(x) of each example, in nats, in expectation over the draws. The examples are checked: this is what
  /// `logDensityBound(_:samples:seed:)` calls.
  func logDensityBound(checked x: Examples, samples: Int, seed: UInt64) throws -> [Double]
}

extension DensityBound {
  /// A lower bound on ln p(x) of each example, in nats, in expectation over the draws.
  ///
  /// - Parameters:
  ///   - x: The examples.
  ///   - samples: Draws for each example. Traps below 1.
  ///   - seed: Decides the draws.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func logDensityBound(_ x: Examples, samples: Int = 1, seed: UInt64 = 0) throws -> [Double] {
    precondition(samples >= 1, "A bound averages over at least one draw, and \(samples) were asked for.")
    try check(x)
    return x.exampleCount == 0 ? [] : try logDensityBound(checked: x, samples: samples, seed: seed)
  }
}
