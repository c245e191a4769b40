import GenModels

/// How a reconstruction becomes a confidence: c̃ = exp(−(α/D) ‖r(x) − x‖) · Γ, Γ = exp(−β max(γ, 0)).
public struct ConfidenceSettings: Codable, Hashable, Sendable {
  /// The norm of the residual r(x) − x.
  public enum Norm: String, Codable, Hashable, Sendable, CaseIterable {
    /// ‖r(x) − x‖₂, as the paper prints it.
    case l2
    /// ‖r(x) − x‖₂², which grows less near the data and more far from them.
    case squaredL2 = "squared-l2"
  }

  /// How γ = tr(∂r/∂x)/D − 1 is found.
  public enum Curvature: Codable, Hashable, Sendable {
    /// Exact, by tr(J_enc J_dec): two products for each unit of the code.
    case bottleneck
    /// Exact, by the diagonal of the Jacobian: a product for each of the D features.
    case diagonal
    /// Hutchinson's estimate from that many vectors of signs, the same for every example: unbiased, not exact.
    case hutchinson(samples: Int, seed: UInt64)
  }

  /// α: sensitivity to the residual, 0 or more.
  public var alpha: Double
  /// β: sensitivity to a log-density that curves upwards, 0 or more. At 0, Γ is 1 and γ is not computed.
  public var beta: Double
  public var norm: Norm
  public var curvature: Curvature

  public init(
    alpha: Double, beta: Double = 0, norm: Norm = .squaredL2, curvature: Curvature = .bottleneck
  ) {
    self.alpha = alpha
    self.beta = beta
    self.norm = norm
    self.curvature = curvature
  }

  /// Throws unless α and β are finite and 0 or more, and an estimate has a sample.
  func check() throws(MeasureError) {
    for (name, value) in [("α", alpha), ("β", beta)] where !(value >= 0 && value.isFinite) {
      throw .outOfRange(name: "confidence's \(name)", value: "\(value)", expected: "finite and 0 or more")
    }
    if case .hutchinson(let samples, _) = curvature, !(1...1 << 20).contains(samples) {
      throw .outOfRange(
        name: "number of samples of Hutchinson's estimate", value: "\(samples)", expected: "1 or more")
    }
  }
}
