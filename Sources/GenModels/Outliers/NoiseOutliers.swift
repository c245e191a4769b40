/// Examples of independent random numbers.
public struct NoiseOutliers: OutlierGenerator {
  /// The law of each number.
  public enum Law: Sendable, Hashable, Codable {
    case uniform(from: Float, to: Float)
    case normal(mean: Float, standardDeviation: Float)
  }

  public let exampleShape: Shape
  public let law: Law

  public init(exampleShape: Shape, law: Law = .uniform(from: 0, to: 1)) {
    self.exampleShape = exampleShape
    self.law = law
  }

  /// - Throws: `OutlierGenerationError.invalidSetting` for an empty interval or a deviation that is not positive.
  public func outliers(count: Int, using random: inout RandomGenerator) throws -> Tensor {
    let shape = Shape([count] + Array(exampleShape))
    switch law {
    case .uniform(let low, let high):
      guard low < high, low.isFinite, high.isFinite else {
        throw OutlierGenerationError.invalidSetting(
          name: "interval", value: "\(low) to \(high)", expected: "an interval of finite numbers")
      }
      return random.uniform(shape, in: low..<high)
    case .normal(let mean, let deviation):
      guard deviation > 0, deviation.isFinite, mean.isFinite else {
        throw OutlierGenerationError.invalidSetting(
          name: "standard deviation", value: "\(deviation)", expected: "above 0")
      }
      return random.normal(shape, mean: mean, standardDeviation: deviation)
    }
  }
}
