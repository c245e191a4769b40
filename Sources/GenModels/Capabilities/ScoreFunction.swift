/// A model that knows the slope of its log-density: ∇ ln p(x), what statistics calls the *score function* (A. Hyvärinen, 2005), which
/// does not depend on a normalising constant. Chains of Langevin dynamics need nothing else.
///
/// It is no `OODScorer`: its value is a vector for each example, not a number.
public protocol ScoreFunction: ExampleReader where Examples == Tensor {
  /// ∇ ln p(x) of each example, of x's shape, in nats per unit of x. The examples are checked: this is what
  /// `logDensityGradient(_:)` calls. An example's answer depends on that example alone.
  func logDensityGradient(checked x: Tensor) throws -> Tensor
}

extension ScoreFunction {
  /// ∇ ln p(x) of each example, of x's shape, in nats per unit of x. Numbers that overflow on the way are infinite or NaN.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func logDensityGradient(_ x: Tensor) throws -> Tensor {
    try check(x)
    return x.exampleCount == 0 ? x : try logDensityGradient(checked: x)
  }
}
