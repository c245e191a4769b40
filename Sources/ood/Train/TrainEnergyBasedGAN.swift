import ArgumentParser
import GenModels

struct TrainEnergyBasedGAN: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ebgan",
    abstract: "Train an energy-based generative adversarial network, whose discriminator is an autoencoder.",
    discussion: """
      The autoencoder learns to reconstruct examples, and not to reconstruct what the generator makes, up to a margin of the error \
      (J. Zhao, M. Mathieu and Y. LeCun, 2017). It scores, reconstructs and is evaluated as other autoencoders; ood score gives its \
      energy, the Euclidean norm of the error. --hidden is 128 unless given.
      """)

  @OptionGroup var network: AdversarialOptions
  @Option(help: "Numbers of the autoencoder's code.") var code = 16
  @Option(help: "Energy above which generated examples are left alone.") var margin: Float = 5
  @Option(help: "Weight of the term that keeps generated examples apart.") var pullAway: Float = 0.1

  func validate() throws {
    try requireOption("--code", code, in: 1...1 << 16)
    for (name, value) in [("--margin", margin), ("--pull-away", pullAway)]
    where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(name) is a number of 0 or more, and it is \(value).")
    }
  }

  func run() async throws {
    let options = network.options
    let outputs = try options.outputs()
    let purpose = try network.load()
    var settings = AdversarialTraining.energyBased
    settings.trainer = try options.trainer(settings.trainer, outputs, sharesBatches: false)
    let architecture: EnergyBasedGAN.Architecture =
      network.convolutional
      ? .convolutional(
        exampleShape: purpose.shape, channels: network.channels ?? 32, code: code, latent: network.latent,
        output: purpose.output, margin: margin, pullAway: pullAway)
      : .dense(
        exampleShape: purpose.shape, hidden: network.units(or: "128"), code: code, latent: network.latent,
        output: purpose.output, margin: margin, pullAway: pullAway)
    let model = try network.make { try EnergyBasedGAN.validating(architecture, seed: options.seed) }
    try network.run(purpose, to: outputs, loss: "the discriminator's: the energy of examples, and the hinge")
    {
      progress in
      try model.train(on: purpose.examples, heldOut: purpose.heldOut, settings: settings, progress: progress)
    }
  }
}
