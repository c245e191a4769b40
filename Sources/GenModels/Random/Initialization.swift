/// The law that a layer's weights are drawn from before training.
public enum Initialization: Sendable, Hashable, Codable {
  /// Uniform on ±√(6 / (fan in + fan out)). X. Glorot and Y. Bengio, 2010, equation 16.
  case glorotUniform
  /// Normal with variance 2 / (fan in + fan out).
  case glorotNormal
  /// Uniform on ±√(6 / fan in). K. He, X. Zhang, S. Ren and J. Sun, 2015, equation 10.
  case heUniform
  /// Normal with variance 2 / fan in.
  case heNormal
  case zeros

  /// Weights of a shape, for units with `fanIn` inputs and `fanOut` outputs each.
  public func weights(
    _ shape: Shape, fanIn: Int, fanOut: Int, using random: inout RandomGenerator
  ) -> Tensor {
    func uniform(_ bound: Float) -> Tensor { random.uniform(shape, in: -bound..<bound) }
    func normal(_ variance: Float) -> Tensor {
      random.normal(shape, mean: 0, standardDeviation: variance.squareRoot())
    }
    switch self {
    case .glorotUniform: return uniform((6 / Float(fanIn + fanOut)).squareRoot())
    case .glorotNormal: return normal(2 / Float(fanIn + fanOut))
    case .heUniform: return uniform((6 / Float(fanIn)).squareRoot())
    case .heNormal: return normal(2 / Float(fanIn))
    case .zeros: return .zeros(shape)
    }
  }
}
