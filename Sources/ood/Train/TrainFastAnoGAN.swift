import ArgumentParser
import GenModels

struct TrainFastAnoGAN: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "f-anogan", abstract: "Train f-AnoGAN: a Wasserstein network, and an encoder for it.",
    discussion: """
      First generator and critic as ood train wgan does, for --epochs, then an encoder that finds an example's latent vector, for \
      --encoder-epochs (T. Schlegl and others, 2019). The score is the squared error of the example and κ times that of the critic's \
      features. With --gan the network of that file is kept, and only the encoder is trained.
      """)

  @OptionGroup var network: AdversarialOptions
  @Option(help: ArgumentHelp("A network of ood train wgan or gan.", valueName: "file")) var gan: String?
  @Option(help: "λ: weight of the gradient penalty.") var penalty: Float = 10
  @Option(help: "Steps of the critic from one of the generator to the next.") var criticSteps = 5
  @Option(help: "Times through the examples for the encoder.") var encoderEpochs = 50
  @Option(help: "Size of a step of the encoder, by RMSProp.") var encoderRate = 5e-5
  @Option(help: "κ: weight of the features' error.") var kappa: Float = 1

  func validate() throws {
    try requireOption("--critic-steps", criticSteps, in: 1...1000)
    try requireOption("--encoder-epochs", encoderEpochs, in: 1...TrainOptions.mostEpochs)
    try requirePenalty(penalty)
    guard encoderRate > 0, encoderRate.isFinite else {
      throw ValidationError("--encoder-rate must be a number above 0, and it is \(encoderRate).")
    }
    guard kappa >= 0, kappa.isFinite else {
      throw ValidationError("--kappa is a number of 0 or more, and it is \(kappa).")
    }
    guard gan == nil || network.options.epochs == nil else {
      throw ValidationError(
        "--gan is not trained any more: leave --epochs out; --encoder-epochs is for the encoder.")
    }
  }

  func run() async throws {
    let options = network.options
    let outputs = try options.outputs()
    let purpose = try network.load()
    var settings = FastAnoGANTraining()
    settings.encoderEpochs = encoderEpochs
    settings.encoderOptimizer = RMSProp(learningRate: encoderRate)
    settings.network.criticSteps = criticSteps
    settings.network.trainer = try options.trainer(settings.network.trainer, outputs, sharesBatches: false)
    let model = try network.make { try untrained(for: purpose) }
    try network.run(purpose, to: outputs, loss: "the encoder's: the mean score of training examples") {
      progress in
      try model.train(
        on: purpose.examples, heldOut: purpose.heldOut, settings: settings, keepingNetwork: gan != nil,
        progress: progress)
    }
  }

  private func untrained(for purpose: AdversarialOptions.Purpose) throws -> FastAnoGAN {
    let seed = network.options.seed
    guard let gan else {
      let architecture = GenerativeAdversarialNetwork.Architecture(
        network, purpose, .wasserstein(gradientPenalty: penalty))
      return try .validating(
        .init(
          network: architecture, encoder: encoder(purpose.shape, latent: network.latent), featureWeight: kappa
        ), seed: seed)
    }
    let loaded = try LoadedModel(contentsOf: gan)
    guard let trained = loaded.model as? GenerativeAdversarialNetwork else {
      throw Failure("\(gan) holds a \(loaded.kind), and --gan takes what ood train wgan or gan has written.")
    }
    guard Array(trained.exampleShape) == purpose.shape else {
      throw Failure(
        "\(gan) makes examples of shape \(trained.exampleShape), and --data has \(Shape(purpose.shape)).")
    }
    return try FastAnoGAN(
      of: trained, encoder: encoder(purpose.shape, latent: trained.configuration.latent),
      featureWeight: kappa,
      seed: seed)
  }

  private func encoder(_ shape: [Int], latent: Int) -> [LayerSpecification] {
    network.convolutional
      ? AdversarialLayers.convolutionalEncoder(shape, channels: network.channels ?? 32, outputs: latent)
      : AdversarialLayers.encoder(shape, hidden: network.units(), outputs: latent)
  }
}
