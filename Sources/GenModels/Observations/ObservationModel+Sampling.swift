extension ObservationModel {
  /// Independent draws of pixels, `[pixels, channels]`, given the network's numbers `[pixels, parameterCount]`.
  package func sample(_ parameters: Tensor, channels: Int = 1, using random: inout RandomGenerator) -> Tensor
  {
    let pixels = parameters.shape[0]
    switch self {
    case .bernoulli:
      return (parameters.sigmoid() - random.uniform(parameters.shape)).step()
    case .gaussianFixed(let deviation):
      return parameters + random.normal(parameters.shape) * deviation
    case .gaussian:
      let mean = parameters.sliced(axis: 1, 0..<channels)
      let logDeviation = Self.bounded(parameters.sliced(axis: 1, channels..<2 * channels))
      return mean + random.normal(mean.shape) * logDeviation.exp()
    case .categorical(let levels):
      return Self.levels(
        parameters.reshaped([pixels * channels, levels]).softmax(),
        at: random.uniform([pixels * channels])
      )
      .reshaped([pixels, channels])
    case .discretizedLogistic(let mixtures, let levels):
      return DiscretizedLogistic(mixtures: mixtures, levels: levels, channels: channels)
        .sample(parameters, using: &random)
    }
  }

  /// The level of each row of probabilities at which their sum passes `place`.
  private static func levels(_ probabilities: Tensor, at places: Tensor) -> Tensor {
    let (rows, levels) = (probabilities.shape[0], probabilities.shape[1])
    return Tensor(shape: [rows]) { chosen in
      probabilities.withUnsafeElements { p in
        places.withUnsafeElements { u in
          for row in 0..<rows {
            var (left, level) = (Double(u[row]), 0)
            while level < levels - 1 {
              left -= Double(p[row * levels + level])
              if left < 0 { break }
              level += 1
            }
            chosen[row] = Float(level) / Float(levels - 1)
          }
        }
      }
    }
  }

  /// The expected pixels, `[pixels, channels]`.
  func mean(_ parameters: Tensor, channels: Int = 1) -> Tensor {
    let pixels = parameters.shape[0]
    switch self {
    case .bernoulli: return parameters.sigmoid()
    case .gaussianFixed: return parameters
    case .gaussian: return parameters.sliced(axis: 1, 0..<channels)
    case .categorical(let levels):
      let values = Tensor((0..<levels).map { Float($0) / Float(levels - 1) }, shape: [1, levels])
      let shares = parameters.reshaped([pixels * channels, levels]).softmax()
      return (shares * values).sum(axes: [1]).reshaped([pixels, channels])
    case .discretizedLogistic(let mixtures, let levels):
      return DiscretizedLogistic(mixtures: mixtures, levels: levels, channels: channels).mean(parameters)
    }
  }
}
