/// Makes examples that belong to no class, for classifiers to be trained against.
///
/// ```swift
/// let generator = FlowOutliers(flow, radius: .gumbel(2.5, count: 60_000))
/// let outliers = try generator.outliers(count: 10_000, using: &random)
/// ```
public protocol OutlierGenerator: Sendable {
  /// The shape of one example.
  var exampleShape: Shape { get }

  /// Independent draws, `[count] + exampleShape`. The same generator of random numbers gives the same bits.
  /// - Throws: `OutlierGenerationError` where there are no such examples.
  func outliers(count: Int, using random: inout RandomGenerator) throws -> Tensor
}

extension OutlierGenerator {
  /// The draws with each number moved into an interval, as pixels need.
  public func clamped(to interval: ClosedRange<Float>) -> some OutlierGenerator {
    ClampedOutliers(generator: self, interval: interval)
  }
}

private struct ClampedOutliers<Generator: OutlierGenerator>: OutlierGenerator {
  let generator: Generator
  let interval: ClosedRange<Float>

  var exampleShape: Shape { generator.exampleShape }

  func outliers(count: Int, using random: inout RandomGenerator) throws -> Tensor {
    try generator.outliers(count: count, using: &random)
      .maximum(with: Tensor(interval.lowerBound)).minimum(with: Tensor(interval.upperBound))
  }
}
