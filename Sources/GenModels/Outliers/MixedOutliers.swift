/// Mixtures of two examples of different classes, w x + (1 − w) x′ (H. Zhang et al., mixup, 2018, as outliers).
public struct MixedOutliers: OutlierGenerator {
  private let examples: Tensor
  private let labels: [Int32]
  private let weights: Range<Float>

  /// - Parameters:
  ///   - examples: `[examples] + shape`.
  ///   - labels: The class of each.
  ///   - weights: w is uniform on this interval.
  /// - Throws: `ExampleError` for another number of labels; `OutlierGenerationError` for fewer than two classes, and weights outside
  ///   0...1.
  public init(_ examples: Tensor, labels: Indexes, weights: Range<Float> = 0.3..<0.7) throws {
    guard labels.count == examples.exampleCount else {
      throw ExampleError.labelCountDiffers(examples: examples.exampleCount, labels: labels.count)
    }
    let classes = Set(labels.elements)
    guard classes.count >= 2 else {
      throw OutlierGenerationError.tooFewExamples(
        found: classes.count, needed: 2, reason: "of different classes, for mixtures between classes")
    }
    guard weights.lowerBound >= 0, weights.upperBound <= 1, !weights.isEmpty else {
      throw OutlierGenerationError.invalidSetting(
        name: "weights", value: "\(weights)", expected: "within 0...1")
    }
    self.examples = examples
    self.labels = labels.elements.map { Int32($0) }
    self.weights = weights
  }

  public var exampleShape: Shape { Shape(examples.shape.dropFirst()) }

  public func outliers(count: Int, using random: inout RandomGenerator) -> Tensor {
    let first = random.integers(count, below: labels.count).elements.map { Int($0) }
    let second = first.map { one -> Int in
      // Of another class: soon found, for there are at least two.
      while true {
        let other = Int(random.integers(1, below: labels.count).elements[0])
        if labels[other] != labels[one] { return other }
      }
    }
    let shape = Shape([count] + Array(repeating: 1, count: exampleShape.rank))
    let w = random.uniform([count], in: weights).reshaped(shape)
    return examples.rows(Indexes(first)) * w + examples.rows(Indexes(second)) * (1 - w)
  }
}
