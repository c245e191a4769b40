/// How a vector field is learned from straight or curved paths between noise and examples, without solving anything (Y. Lipman et al.,
/// Flow matching for generative modeling, 2023).
///
/// With noise x₀, an example x₁ and a time t uniform on [0, 1], the field at the path's point is fitted to the path's velocity, by the mean of
/// |v(t, x_t) − u_t|² / D.
public struct FlowMatching: Sendable, Hashable, Codable {
  /// Which noise goes with which example of a batch.
  public enum Pairing: String, Sendable, Hashable, Codable, CaseIterable {
    /// Any with any.
    case independent
    /// Those that make the sum of squared distances least, exactly (A. Tong et al., 2024): straighter paths, and fewer steps to solve.
    case optimalTransport = "optimal-transport"
  }

  /// The way from noise to an example.
  public enum Path: String, Sendable, Hashable, Codable, CaseIterable {
    /// x_t = (1 − t) x₀ + t x₁, with the velocity x₁ − x₀.
    case linear
    /// x_t = cos(πt/2) x₀ + sin(πt/2) x₁, whose variance stays where both have the same (M. S. Albergo and E. Vanden-Eijnden, 2023).
    case variancePreserving = "variance-preserving"
  }

  public var pairing: Pairing
  public var path: Path
  /// The deviation of normal noise that is added to x_t.
  public var deviation: Float

  public init(pairing: Pairing = .optimalTransport, path: Path = .linear, deviation: Float = 0) {
    self.pairing = pairing
    self.path = path
    self.deviation = deviation
  }

  /// Points of paths to some examples.
  public struct Points: Sendable {
    /// `[examples, 1]`.
    public let times: Tensor
    /// x_t and u_t, `[examples, features]`.
    public let points, velocities: Tensor
  }

  /// Draws noise and times for examples `[examples, features]`.
  public func points(to examples: Tensor, using random: inout RandomGenerator) -> Points {
    let (rows, noise) = (examples.shape[0], random.normal(examples.shape))
    var start = noise
    if pairing == .optimalTransport {
      // |x₀ − x₁|² without what only rows or columns decide, which no assignment changes.
      start = noise.rows(
        minimumCostAssignment(-1 * examples.matrixProduct(noise, transposingOther: true)))
    }
    let times = random.uniform([rows, 1])
    var points: Tensor
    let velocities: Tensor
    switch path {
    case .linear:
      velocities = examples - start
      points = start + times * velocities
    case .variancePreserving:
      let angle = times * (Float.pi / 2)
      let (c, s) = (angle.cosine(), angle.sine())
      points = c * start + s * examples
      velocities = (c * examples - s * start) * (Float.pi / 2)
    }
    if deviation > 0 { points = points + random.normal(examples.shape) * deviation }
    return Points(times: times, points: points, velocities: velocities)
  }
}
