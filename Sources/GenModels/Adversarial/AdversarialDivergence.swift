/// What a generator makes small against a discriminator D, which sees examples x and generated ones G(z).
public enum AdversarialDivergence: Sendable, Hashable, Codable {
  /// The Jensen-Shannon divergence (I. Goodfellow and others, 2014). D(x) is the logit of "real":
  /// L_D = mean softplus(−D(x)) + mean softplus(D(G z)), and the generator's non-saturating loss is mean softplus(−D(G z)).
  case jensenShannon
  /// KL(generator ‖ data): D is trained as for `jensenShannon`, so that its logit estimates ln p(x) / q(x), and the generator makes
  /// mean −D(G z) small (C. K. Sønderby and others, Amortised MAP inference for image super-resolution, 2017).
  case reverseKullbackLeibler
  /// The Wasserstein-1 distance with a gradient penalty λ (I. Gulrajani and others, 2017):
  /// L_D = mean D(G z) − mean D(x) + λ mean (‖∇D(x̂)‖ − 1)², x̂ uniform between x and G(z); the generator's loss is −mean D(G z).
  case wasserstein(gradientPenalty: Float)

  /// WGAN-GP with its paper's λ = 10.
  public static var wasserstein: AdversarialDivergence { .wasserstein(gradientPenalty: 10) }
}

extension AdversarialDivergence {
  /// Nil where the divergence makes sense, else why not.
  var problem: String? {
    guard case .wasserstein(let weight) = self, !(weight >= 0 && weight.isFinite) else { return nil }
    return "the weight of a gradient penalty is a number of 0 or more, not \(weight)"
  }

  /// The discriminator's loss on a batch and as many generated examples.
  ///
  /// - Parameters:
  ///   - x: Examples.
  ///   - fake: Generated examples, as many.
  ///   - scope: What the loss is recorded in; the points of the penalty are drawn from its context.
  ///   - discriminator: From `[batch] + shape` to `[batch, 1]`.
  func discriminatorLoss(
    _ x: Tensor, _ fake: Tensor, _ scope: TrainingScope, _ discriminator: (Variable) -> Variable
  ) -> Variable {
    // Both in one pass: products over twice as many rows are faster than two of them.
    let count = x.shape[0]
    let answers = discriminator(scope.constant(.concatenate([x, fake], axis: 0)))
    let real = answers.sliced(axis: 0, 0..<count)
    let generated = answers.sliced(axis: 0, count..<2 * count)
    switch self {
    case .jensenShannon, .reverseKullbackLeibler:
      return (-real).softplus().mean() + generated.softplus().mean()
    case .wasserstein(let weight):
      let distance = generated.mean() - real.mean()
      guard weight > 0 else { return distance }
      let points = scope.context.withRandom { random in
        GradientPenalty.points(between: x, fake, using: &random)
      }
      return distance + GradientPenalty.value(at: points, scope, of: discriminator) * weight
    }
  }

  /// The generator's loss, from the discriminator's answers to what it generated.
  func generatorLoss(_ answers: Variable) -> Variable {
    switch self {
    case .jensenShannon: (-answers).softplus().mean()
    case .reverseKullbackLeibler, .wasserstein: -answers.mean()
    }
  }
}
