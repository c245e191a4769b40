/// Examples of which each number is replaced by 0 or 1 with some probability.
public struct SaltAndPepperOutliers: OutlierGenerator {
  private let examples: Tensor
  public let probability: Float

  /// - Throws: `OutlierGenerationError` without an example, or for a probability outside 0...1.
  public init(_ examples: Tensor, probability: Float = 0.5) throws(OutlierGenerationError) {
    guard examples.exampleCount > 0 else {
      throw .tooFewExamples(found: 0, needed: 1, reason: "to replace numbers of")
    }
    guard (0...1).contains(probability) else {
      throw .invalidSetting(name: "probability", value: "\(probability)", expected: "between 0 and 1")
    }
    self.examples = examples
    self.probability = probability
  }

  public var exampleShape: Shape { Shape(examples.shape.dropFirst()) }

  public func outliers(count: Int, using random: inout RandomGenerator) -> Tensor {
    let rows = random.integers(count, below: examples.exampleCount)
    return examples.rows(rows).saltAndPeppered(probability: probability, using: &random)
  }
}
