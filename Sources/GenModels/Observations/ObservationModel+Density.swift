#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ObservationModel {
  /// The bound on |ln σ| of a normal observation.
  static let logDeviationBound: Float = 6

  /// ln p of each pixel in nats, `[pixels]`, given the network's numbers `[pixels, parameterCount]` and the pixels `[pixels, channels]`.
  package func logDensity<Value: TensorAlgebra>(of x: Value, given parameters: Value) -> Value {
    let (pixels, channels) = (x.shape[0], x.shape[1])
    switch self {
    case .bernoulli: return (x * parameters - parameters.softplus()).sum(axes: [1])
    case .gaussianFixed(let deviation):
      let z = (x - parameters) / deviation
      return (z.squared() * -0.5 + (-Self.halfLogTwoPi - logf(deviation))).sum(axes: [1])
    case .gaussian:
      let mean = parameters.sliced(axis: 1, 0..<channels)
      let logDeviation = Self.bounded(parameters.sliced(axis: 1, channels..<2 * channels))
      let z = (x - mean) * (-logDeviation).exp()
      return (z.squared() * -0.5 - logDeviation - Self.halfLogTwoPi).sum(axes: [1])
    case .categorical(let levels):
      let labels = Self.levelNumbers(of: x.tensor, levels: levels)
      let surprise = parameters.reshaped([pixels * channels, levels]).crossEntropy(labels: labels)
      return -surprise.reshaped([pixels, channels]).sum(axes: [1])
    case .discretizedLogistic(let mixtures, let levels):
      return DiscretizedLogistic(mixtures: mixtures, levels: levels, channels: channels)
        .logProbability(of: x, given: parameters)
    }
  }

  private static let halfLogTwoPi = Float(StandardNormalDensity.halfLogTwoPi)

  /// A number of any size as one within the bound of ln σ.
  static func bounded<Value: TensorAlgebra>(_ raw: Value) -> Value {
    (raw / logDeviationBound).tanh() * logDeviationBound
  }

  /// The numbers k of levels k / (K − 1).
  static func levelNumbers(of x: Tensor, levels: Int) -> Indexes {
    let top = Float(levels - 1)
    return Indexes(shape: [x.count]) { numbers in
      x.withUnsafeElements { values in
        for i in 0..<numbers.count { numbers[i] = Int32(max(0, min(top, (values[i] * top).rounded()))) }
      }
    }
  }

  /// ln p of each example, `[batch]`, of examples `[batch, pixels · channels]` with the numbers `[batch, pixels · parameterCount]`.
  package func logDensity<Value: TensorAlgebra>(
    ofExamples x: Value, given parameters: Value, channels: Int = 1
  ) -> Value {
    let batch = x.shape[0]
    let pixels = x.tensor.count / max(1, batch * channels)
    let count = parameterCount(channels: channels)
    let found = logDensity(
      of: x.reshaped([batch * pixels, channels]), given: parameters.reshaped([batch * pixels, count]))
    return found.reshaped([batch, pixels]).sum(axes: [1])
  }
}
