import GenModels

/// A criterion that the experiment trains flows on.
public struct DivergenceMethod: Sendable {
  /// As in tables: "Jensen-Shannon".
  public let name: String
  /// A sentence for the page.
  public let about: String
  public let criterion: FlowCriterion
  /// Whether a known density is the target where there is one, in the place of a discriminator's estimate.
  public let usesKnownTarget: Bool
  /// Steps of the discriminator from one of the flow to the next.
  public let criticSteps: Int

  public init(
    _ name: String, about: String, criterion: FlowCriterion, usesKnownTarget: Bool = false,
    criticSteps: Int = 1
  ) {
    self.name = name
    self.about = about
    self.criterion = criterion
    self.usesKnownTarget = usesKnownTarget
    self.criticSteps = criticSteps
  }

  /// The first is maximum likelihood, which the others are compared with.
  public static let all = [
    DivergenceMethod(
      "Kullback-Leibler", about: "Maximum likelihood: KL(data ‖ flow).", criterion: .kullbackLeibler),
    DivergenceMethod(
      "reverse Kullback-Leibler",
      about:
        "KL(flow ‖ data): exact towards a known density, and by a discriminator's estimate of ln p / q where there is none.",
      criterion: .adversarial(.reverseKullbackLeibler), usesKnownTarget: true),
    DivergenceMethod(
      "Jensen-Shannon", about: "Against a discriminator.", criterion: .adversarial(.jensenShannon)),
    DivergenceMethod(
      "Wasserstein", about: "Against a critic with a gradient penalty.",
      criterion: .adversarial(.wasserstein),
      criticSteps: 3),
    DivergenceMethod(
      "sliced Wasserstein", about: "The squared distance to each batch over random directions.",
      criterion: .slicedWasserstein(directions: 128)),
    DivergenceMethod(
      "Flow-GAN", about: "Jensen-Shannon beside the likelihood, −ln q / D.",
      criterion: .adversarial(.jensenShannon, likelihoodWeight: 1)),
  ]
}
