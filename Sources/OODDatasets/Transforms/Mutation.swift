import GenModels

/// Mutation, which destroys meaning and keeps background statistics: each value is replaced, with probability μ, by one of
/// the grey levels 0, 1/(K−1), …, 1, each equally likely (J. Ren and others, Likelihood Ratios for Out-of-Distribution
/// Detection, 2019, section 3, with K = 256 and μ from 0.1 to 0.3). The new level may be the old one.
public struct Mutation: Corruption, Hashable {
  /// μ.
  public let rate: Float
  /// Number K of grey levels.
  public let levels: Int

  /// Traps when the rate is not between 0 and 1, or there are fewer than 2 or more than 65,536 levels.
  public init(rate: Float, levels: Int = 256) {
    requireProbability(rate)
    precondition(
      levels >= 2 && levels <= 65_536, "There are between 2 and 65536 grey levels, and \(levels) were given.")
    self.rate = rate
    self.levels = levels
  }

  public func corrupt(_ x: Tensor, using random: inout RandomGenerator) -> Tensor {
    let (rate, top, count) = (rate, Float(levels - 1), Float(levels))
    let level = random.uniform(x.shape)
    // Where a value stays, the second tensor says so by a number that is no grey level.
    let chosen = combine(random.uniform(x.shape), level) { u, v in
      u < rate ? (v * count).rounded(.down) / top : -1
    }
    return combine(x, chosen) { x, new in new < 0 ? x : new }
  }
}
