/// Real outliers, drawn from a set of them (D. Hendrycks, M. Mazeika and T. Dietterich, Deep anomaly detection with outlier exposure,
/// 2019): what generated ones are measured against.
public struct ExampleOutliers: OutlierGenerator {
  private let examples: Tensor

  /// - Throws: `OutlierGenerationError.tooFewExamples` without an example.
  public init(_ examples: Tensor) throws(OutlierGenerationError) {
    guard examples.exampleCount > 0 else {
      throw .tooFewExamples(found: 0, needed: 1, reason: "to draw from")
    }
    self.examples = examples
  }

  public var exampleShape: Shape { Shape(examples.shape.dropFirst()) }

  public func outliers(count: Int, using random: inout RandomGenerator) -> Tensor {
    examples.rows(random.integers(count, below: examples.exampleCount))
  }
}
