import ArgumentParser
import GenModels

struct TrainGAN: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gan", abstract: "Train a generative adversarial network on the Jensen-Shannon divergence.",
    discussion: """
      A generator against a discriminator that tells examples from generated ones (I. Goodfellow and others, 2014), with the \
      non-saturating loss. The report says how far generated examples are from held-out ones.
      """)

  @OptionGroup var network: AdversarialOptions
  @Option(help: "Steps of the discriminator from one of the generator to the next.") var criticSteps = 1

  func validate() throws { try requireOption("--critic-steps", criticSteps, in: 1...1000) }

  func run() async throws {
    try network.runNetwork(.jensenShannon, .jensenShannon, criticSteps, loss: "the discriminator's")
  }
}

struct TrainWGAN: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wgan", abstract: "Train a Wasserstein network with a gradient penalty (WGAN-GP).",
    discussion: """
      A generator against a critic whose gradients a penalty keeps near norm 1 (I. Gulrajani and others, 2017): --penalty 10, five critic \
      steps, Adam with the rate 1e-4, β₁ 0 and β₂ 0.9 unless said otherwise.
      """)

  @OptionGroup var network: AdversarialOptions
  @Option(help: "λ: weight of the gradient penalty.") var penalty: Float = 10
  @Option(help: "Steps of the critic from one of the generator to the next.") var criticSteps = 5

  func validate() throws {
    try requireOption("--critic-steps", criticSteps, in: 1...1000)
    try requirePenalty(penalty)
  }

  func run() async throws {
    try network.runNetwork(
      .wasserstein(gradientPenalty: penalty), .wasserstein, criticSteps,
      loss: "the critic's: minus the distance that it sees, and the penalty")
  }
}

/// Throws unless a penalty's weight makes sense.
func requirePenalty(_ weight: Float) throws {
  guard weight >= 0, weight.isFinite else {
    throw ValidationError("--penalty is a number of 0 or more, and it is \(weight).")
  }
}

extension AdversarialOptions {
  fileprivate func runNetwork(
    _ divergence: AdversarialDivergence, _ recipe: AdversarialTraining, _ criticSteps: Int, loss: String
  ) throws {
    let outputs = try options.outputs()
    let purpose = try load()
    var settings = recipe
    settings.criticSteps = criticSteps
    settings.trainer = try options.trainer(recipe.trainer, outputs, sharesBatches: false)
    let model = try make {
      try GenerativeAdversarialNetwork.validating(.init(self, purpose, divergence), seed: options.seed)
    }
    try run(purpose, to: outputs, loss: loss) { progress in
      try model.train(on: purpose.examples, heldOut: purpose.heldOut, settings: settings, progress: progress)
    }
  }
}
