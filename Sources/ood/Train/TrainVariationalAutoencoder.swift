import ArgumentParser
import GenModels

/// What variational autoencoders are made of.
struct VariationalOptions: ParsableArguments {
  @OptionGroup var training: DensityTrainingOptions
  @Option(help: "Units of the encoder's layers, separated by commas; the decoder mirrors them.")
  var hidden: String?
  @Option(help: "Latent numbers [50, and 32 of a convolutional one].") var latent: Int?
  @Flag(help: "Convolutions: for images whose sides are multiples of 4.") var convolutional = false
  @Option(help: "Channels of the first convolution [32].") var channels: Int?
  @Option(help: "Latent numbers of a second stochastic layer.") var upperLatent: Int?
  @Option(help: "Units of the layers between the two stochastic ones [100,100].") var upperHidden: String?
  @Option(
    help: ArgumentHelp(
      "Start from the weights of this variational autoencoder, which has the same layers.", valueName: "file")
  )
  var from: String?

  func validate() throws {
    let units = wholeNumbers(hidden ?? "1") + wholeNumbers(upperHidden ?? "1")
    guard units.allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw ValidationError(
        "--hidden and --upper-hidden must be whole numbers from 1 to \(1 << 16), separated by commas.")
    }
    try requireOption("--latent", latent, in: 1...1 << 16)
    try requireOption("--channels", channels, in: 1...1 << 12)
    try requireOption("--upper-latent", upperLatent, in: 1...1 << 16)
    guard convolutional || channels == nil else {
      throw ValidationError("--channels is for --convolutional.")
    }
    guard !convolutional || hidden == nil || wholeNumbers(hidden!).count == 1 else {
      throw ValidationError("--convolutional has one fully connected layer: give one number of --hidden.")
    }
    guard upperHidden == nil || upperLatent != nil else {
      throw ValidationError("--upper-hidden is for a second stochastic layer: give --upper-latent too.")
    }
    guard !convolutional || upperLatent == nil else {
      throw ValidationError("A second stochastic layer is for fully connected models, not --convolutional.")
    }
  }

  func run(_ objective: VariationalObjective) throws {
    let recipe = Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 100)
    try training.run(recipe: recipe, mixtures: 1) { purpose in
      var model = try VariationalAutoencoder.validating(
        try architecture(purpose, objective), seed: training.options.seed)
      if let from { try start(&model, from: from) }
      return model
    }
  }

  private func start(_ model: inout VariationalAutoencoder, from file: String) throws {
    let loaded = try LoadedModel(contentsOf: file)
    guard let start = loaded.model as? VariationalAutoencoder else {
      throw Failure("\(file) holds a \(loaded.kind), and --from takes a variational autoencoder.")
    }
    do {
      try model.setTensors(Dictionary(start.namedTensors.map { ($0.name, $0.tensor) }) { first, _ in first })
    } catch {
      throw Failure("\(file) has other layers than those that are asked for: \(error)")
    }
  }

  private func architecture(
    _ purpose: DensityTrainingOptions.Purpose, _ objective: VariationalObjective
  ) throws -> VariationalAutoencoder.Architecture {
    if convolutional {
      guard purpose.isImages, purpose.shape[0] % 4 == 0, purpose.shape[1] % 4 == 0 else {
        throw Failure(
          "--convolutional takes images whose sides are multiples of 4, and --data has \(Shape(purpose.shape))."
        )
      }
      return .convolutional(
        exampleShape: purpose.shape, channels: channels ?? 32, hidden: wholeNumbers(hidden ?? "128")[0],
        latent: latent ?? 32, observation: purpose.observation, objective: objective)
    }
    return .dense(
      exampleShape: purpose.shape, hidden: wholeNumbers(hidden ?? "200,200"), latent: latent ?? 50,
      observation: purpose.observation,
      upper: upperLatent.map { .init(latent: $0, hidden: wholeNumbers(upperHidden ?? "100,100")) },
      objective: objective)
  }
}

struct TrainVariationalAutoencoder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vae", abstract: "Train a variational autoencoder on the evidence lower bound.")

  @OptionGroup var options: VariationalOptions
  @Option(help: "The weight of the divergence (β-VAE).") var beta: Float = 1
  @Option(help: "Nats of divergence that each latent number has for free.") var freeBits: Float = 0

  func validate() throws {
    guard beta >= 0, beta.isFinite, freeBits >= 0, freeBits.isFinite else {
      throw ValidationError("--beta and --free-bits are numbers of 0 or more.")
    }
    guard freeBits == 0 || options.upperLatent == nil else {
      throw ValidationError("--free-bits is for one stochastic layer, and --upper-latent makes two.")
    }
  }

  func run() async throws { try options.run(VariationalObjective(beta: beta, freeBits: freeBits)) }
}

struct TrainImportanceWeightedAutoencoder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "iwae", abstract: "Train a variational autoencoder on the importance-weighted bound.")

  @OptionGroup var options: VariationalOptions
  @Option(help: "k: samples of the bound.") var samples = 50
  @Flag(help: "Doubly reparameterized gradients (for one stochastic layer).") var doublyReparameterized =
    false

  func validate() throws {
    try requireOption("--samples", samples, in: 1...100_000)
    guard !doublyReparameterized || options.upperLatent == nil else {
      throw ValidationError(
        "--doubly-reparameterized is for one stochastic layer, and --upper-latent makes two.")
    }
  }

  func run() async throws {
    try options.run(
      VariationalObjective(samples: samples, isDoublyReparameterized: doublyReparameterized))
  }
}
