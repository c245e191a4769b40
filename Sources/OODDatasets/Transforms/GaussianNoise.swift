import GenModels

/// Gaussian noise: x + σ n with n standard normal, independent for each value. Nothing is clipped.
public struct GaussianNoise: Corruption, Hashable {
  /// σ.
  public let deviation: Float

  /// Traps when the deviation is negative or not finite.
  public init(deviation: Float) {
    precondition(
      deviation >= 0 && deviation.isFinite,
      "Noise has a finite deviation of at least 0, and \(deviation) was given.")
    self.deviation = deviation
  }

  public func corrupt(_ x: Tensor, using random: inout RandomGenerator) -> Tensor {
    combine(x, random.normal(x.shape, standardDeviation: deviation)) { $0 + $1 }
  }
}
