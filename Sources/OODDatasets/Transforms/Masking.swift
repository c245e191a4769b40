import GenModels

/// Masking noise: each value becomes 0 with that probability (P. Vincent and others, 2010, section 3.3).
public struct Masking: Corruption, Hashable {
  public let probability: Float

  /// Traps when the probability is not between 0 and 1.
  public init(probability: Float) {
    requireProbability(probability)
    self.probability = probability
  }

  public func corrupt(_ x: Tensor, using random: inout RandomGenerator) -> Tensor {
    let probability = probability
    return combine(x, random.uniform(x.shape)) { x, u in u < probability ? 0 : x }
  }
}
