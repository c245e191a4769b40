/// Where chains start that nothing else is known of.
public enum ChainStart: Sendable, Hashable, Codable {
  /// Numbers uniform between two: noise images.
  case uniform(lower: Float, upper: Float)
  /// Normal numbers of that deviation about 0.
  case normal(deviation: Float)

  /// Throws unless the numbers make sense.
  /// - Throws: `EnergyError.invalidSetting`.
  public func validate() throws(EnergyError) {
    switch self {
    case .uniform(let lower, let upper):
      try EnergyError.require(
        lower < upper && (upper - lower).isFinite, "range of starts", "\(lower) to \(upper)",
        "an interval of finite width")
    case .normal(let deviation):
      try EnergyError.require(
        deviation > 0 && deviation.isFinite, "deviation of starts", deviation, "a finite number above 0")
    }
  }

  /// Starts of a valid law.
  func draw(_ shape: Shape, using random: inout RandomGenerator) -> Tensor {
    switch self {
    case .uniform(let lower, let upper): random.uniform(shape, in: lower..<upper)
    case .normal(let deviation): random.normal(shape, standardDeviation: deviation)
    }
  }
}
