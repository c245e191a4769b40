/// The distribution of one observation given a network's numbers: of a feature, or of all channels of a pixel at once.
///
/// What autoregressive networks say of the next feature, and decoders of each. Grey levels k of K stand for the numbers k / (K − 1), as
/// images are read; probabilities of levels are exact and add up to 1.
public enum ObservationModel: Sendable, Hashable, Codable {
  /// 0 or 1; the parameter is the logit of 1.
  case bernoulli
  /// A normal number; mean and ln σ, |ln σ| < 6.
  case gaussian
  /// A normal number of a known deviation; the parameter is the mean.
  case gaussianFixed(deviation: Float)
  /// One of K levels; K logits.
  case categorical(levels: Int)
  /// One of K levels: a mixture of logistic distributions whose mass over a level's cell is the level's, the first and the last
  /// level reaching to infinity (T. Salimans, A. Karpathy, X. Chen and D. P. Kingma, 2017). The channels of a pixel share a component,
  /// and the mean of each moves linearly with the channels before it.
  case discretizedLogistic(mixtures: Int, levels: Int)
}

extension ObservationModel {
  /// Numbers that a pixel of so many channels takes from the network.
  public func parameterCount(channels: Int = 1) -> Int {
    switch self {
    case .bernoulli, .gaussianFixed: channels
    case .gaussian: 2 * channels
    case .categorical(let levels): levels * channels
    case .discretizedLogistic(let mixtures, _):
      mixtures * (1 + 2 * channels + channels * (channels - 1) / 2)
    }
  }

  /// Number of levels that have probabilities; nil for densities on the line.
  public var levels: Int? {
    switch self {
    case .bernoulli: 2
    case .gaussian, .gaussianFixed: nil
    case .categorical(let levels), .discretizedLogistic(_, let levels): levels
    }
  }

  /// The sentence that says what is wrong with the settings, nil when nothing is.
  public var problem: String? {
    switch self {
    case .bernoulli, .gaussian: nil
    case .gaussianFixed(let deviation):
      deviation > 0 && deviation.isFinite ? nil : "a deviation is above 0, not \(deviation)"
    case .categorical(let levels):
      (2...65_536).contains(levels) ? nil : "there are 2 to 65536 levels, not \(levels)"
    case .discretizedLogistic(let mixtures, let levels):
      (2...65_536).contains(levels) && (1...1000).contains(mixtures)
        ? nil : "there are 1 to 1000 logistics over 2 to 65536 levels, not \(mixtures) over \(levels)"
    }
  }

  /// Throws unless every number is one that the model has a probability for.
  /// - Throws: `ExampleError.betweenLevels`.
  func requireSupport(_ x: Tensor) throws(ExampleError) {
    guard let levels else { return }
    let top = Float(levels - 1)
    // Levels are read as k / (K − 1) in 32 bits; a thousandth of a step covers the rounding.
    let bad = x.withUnsafeElements { elements in
      elements.firstIndex { value in
        let level = value * top
        return !(abs(level - level.rounded()) <= 1e-3 && level > -0.5 && level < top + 0.5)
      }
    }
    guard let bad else { return }
    let width = max(1, x.count / max(1, x.shape[0]))
    throw .betweenLevels(
      example: bad / width, feature: bad % width, value: Double(x.withUnsafeElements { $0[bad] }),
      levels: levels)
  }
}

extension ObservationModel {
  /// The density before any training: the number that every parameter's bias starts at, for pixels of so many channels. Components of
  /// a mixture start side by side, for equal ones would stay equal.
  func initialBias(channels: Int, features: Int) -> Tensor {
    let count = parameterCount(channels: channels)
    var pixel = [Float](repeating: 0, count: count)
    if case .discretizedLogistic(let mixtures, _) = self {
      for component in 0..<mixtures {
        let mean = mixtures == 1 ? 0 : -0.9 + 1.8 * Float(component) / Float(mixtures - 1)
        for channel in 0..<channels {
          pixel[mixtures + component * channels + channel] = mean
          pixel[mixtures + mixtures * channels + component * channels + channel] = -1.5
        }
      }
    }
    return Tensor((0..<features).flatMap { _ in pixel })
  }
}
