import GenModels

/// Salt-and-pepper noise: each value becomes 0 with probability p/2, 1 with probability p/2, and stays as it is otherwise
/// (P. Vincent and others, 2010, section 3.3, for values from 0 to 1). Probabilities are in steps of 2⁻²⁴.
public struct SaltAndPepper: Corruption, Hashable {
  public let probability: Float

  /// Traps when the probability is not between 0 and 1.
  public init(probability: Float) {
    requireProbability(probability)
    self.probability = probability
  }

  public func corrupt(_ x: Tensor, using random: inout RandomGenerator) -> Tensor {
    x.saltAndPeppered(probability: probability, using: &random)
  }
}
