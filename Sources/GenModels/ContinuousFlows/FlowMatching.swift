import Foundation

/// How a vector field is learned from straight or curved paths between noise and examples, without solving anything (Y. Lipman et al.,
/// Flow matching for generative modeling, 2023).
///
/// With noise x₀, an example x₁ and a time t on [0, 1], the field at the path's point is fitted to the path's velocity, by the mean of
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

  /// Which times are drawn.
  public enum Times: String, Sendable, Hashable, Codable, CaseIterable {
    /// All alike.
    case uniform
    /// Half of them alike, the others with a density that falls with the distance from the end as 1 / (1 − t + 0.01). What the field errs at
    /// a time weighs t / (1 − t) in the divergence of the densities (Y. Song et al., Maximum likelihood training of score-based diffusion
    /// models, 2021, whose argument gives this weight for the linear path): fine structure is decided late.
    case late
  }

  public var pairing: Pairing
  public var path: Path
  /// The deviation of normal noise that is added to x_t.
  public var deviation: Float
  public var times: Times

  public init(
    pairing: Pairing = .optimalTransport, path: Path = .linear, deviation: Float = 0, times: Times = .uniform
  ) {
    self.pairing = pairing
    self.path = path
    self.deviation = deviation
    self.times = times
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    pairing = try values.decode(Pairing.self, forKey: .pairing)
    path = try values.decode(Path.self, forKey: .path)
    deviation = try values.decode(Float.self, forKey: .deviation)
    // Files from before there was a choice have none.
    times = try values.decodeIfPresent(Times.self, forKey: .times) ?? .uniform
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
    let times = self.times.draw(rows, using: &random)
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

extension FlowMatching.Times {
  /// `[rows, 1]`.
  func draw(_ rows: Int, using random: inout RandomGenerator) -> Tensor {
    let places = random.uniform([rows, 1])
    guard self == .late else { return places }
    let nearest = 0.01
    return Tensor(
      places.elements.enumerated().map { row, place in
        if row % 2 == 0 { return place }
        return Float(1 + nearest - (1 + nearest) * pow(nearest / (1 + nearest), Double(place)))
      }, shape: [rows, 1])
  }
}
