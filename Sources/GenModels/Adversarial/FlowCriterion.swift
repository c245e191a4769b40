/// What a flow is trained on besides maximum likelihood.
public enum FlowCriterion: Sendable, Hashable, Codable {
  /// KL(data ‖ flow): maximum likelihood.
  case kullbackLeibler
  /// A divergence told by a discriminator, beside `likelihoodWeight` times −ln p / D (Flow-GAN; A. Grover, M. Dhar and S. Ermon, 2018).
  case adversarial(AdversarialDivergence, likelihoodWeight: Float = 0)
  /// The sliced Wasserstein distance to each batch, squared, over so many directions a step.
  case slicedWasserstein(directions: Int = 128)
}

/// Why a flow is not trained on a criterion.
public enum FlowCriterionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The draws must move with the parameters, and draws of a base with trained classes or of a class-conditional flow don't.
  case conditional
  case malformed(String)
  /// The target takes other examples.
  case unexpectedTarget(found: Shape, expected: Shape)

  public var description: String {
    switch self {
    case .conditional:
      "Only a flow without classes, from a base without trained parameters, is trained on its own draws; use maximum likelihood."
    case .malformed(let reason): "The flow can't be trained so: \(reason)."
    case .unexpectedTarget(let found, let expected):
      "The target is a density of examples of shape \(found), and the flow makes examples of shape \(expected)."
    }
  }
}

/// How a flow is trained against a discriminator.
public struct FlowCriterionTraining: Sendable {
  /// Of the flow; its optimizer is the discriminator's too, unless another is given.
  public var trainer: Trainer
  /// Layers of the discriminator, from an example to one number.
  public var discriminator: [LayerSpecification]
  public var discriminatorOptimizer: (any Optimizer)?
  /// Steps of the discriminator from one of the flow to the next.
  public var criticSteps: Int

  public init(
    trainer: Trainer, discriminator: [LayerSpecification] = [],
    discriminatorOptimizer: (any Optimizer)? = nil, criticSteps: Int = 1
  ) {
    precondition(criticSteps >= 1, "A critic takes 1 step or more before each of the flow's.")
    self.trainer = trainer
    self.discriminator = discriminator
    self.discriminatorOptimizer = discriminatorOptimizer
    self.criticSteps = criticSteps
  }
}
