/// What a variational autoencoder is trained on.
///
/// One sample: the evidence lower bound E ln p(x|z) − β KL(q(z|x) ‖ p(z)) (D. P. Kingma and M. Welling, 2014; I. Higgins and others,
/// 2017, for β), where each latent number costs at least `freeBits` (D. P. Kingma and others, 2016). More samples: the importance-weighted
/// bound L_k = E ln (1/k) Σ p(x, z)/q(z|x) (Y. Burda, R. Grosse and R. Salakhutdinov, 2016).
public struct VariationalObjective: Codable, Hashable, Sendable {
  /// k.
  public var samples = 1
  /// The weight of the divergence, with one sample.
  public var beta: Float = 1
  /// Nats of divergence that each latent number has for free, with one sample and one stochastic layer.
  public var freeBits: Float = 0
  /// Whether the encoder's gradients go through the samples alone, weighted by the squares of the normalised weights, so that their
  /// noise does not grow against them with k (G. Tucker, D. Lawson, S. Gu and C. J. Maddison, 2019). For one stochastic layer.
  public var isDoublyReparameterized = false

  public init(
    samples: Int = 1, beta: Float = 1, freeBits: Float = 0, isDoublyReparameterized: Bool = false
  ) {
    self.samples = samples
    self.beta = beta
    self.freeBits = freeBits
    self.isDoublyReparameterized = isDoublyReparameterized
  }

  /// The sentence that says what is wrong, nil when nothing is.
  func problem(stochasticLayers: Int) -> String? {
    if !(1...100_000).contains(samples) { return "a bound takes 1 to 100000 samples, not \(samples)" }
    if !(beta >= 0 && beta.isFinite && freeBits >= 0 && freeBits.isFinite) {
      return "β and the free bits are numbers of 0 or more, not \(beta) and \(freeBits)"
    }
    if samples > 1, beta != 1 || freeBits != 0 {
      return "β and free bits are for a bound of one sample, and \(samples) were asked for"
    }
    if stochasticLayers > 1, freeBits != 0 || isDoublyReparameterized {
      return "free bits and doubly reparameterized gradients are for one stochastic layer"
    }
    return nil
  }
}
