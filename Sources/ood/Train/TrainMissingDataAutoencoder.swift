import ArgumentParser
import GenModels
import OODDatasets

struct TrainMissingDataAutoencoder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "miwae", abstract: "Train an importance-weighted autoencoder of a table with gaps.",
    discussion:
      "Cells without a number are gaps: the model is trained on the others, and ood score takes rows with gaps."
  )

  @OptionGroup var options: TrainOptions
  @Option(help: "Units of the encoder's layers, separated by commas; the decoder mirrors them.")
  var hidden = "64,64"
  @Option(help: "Latent numbers.") var latent = 8
  @Option(help: "k: samples of the bound in training.") var samples = 20
  @Option(help: "Samples of scores.") var scoreSamples = 100

  func validate() throws {
    guard wholeNumbers(hidden).allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw ValidationError(
        "--hidden must be whole numbers from 1 to \(1 << 16), separated by commas, and it is \(hidden).")
    }
    try requireOption("--latent", latent, in: 1...1 << 16)
    try requireOption("--samples", samples, in: 1...100_000)
    try requireOption("--score-samples", scoreSamples, in: 1...1 << 20)
  }

  func run() async throws {
    let outputs = try options.outputs()
    let table = try options.directory.library.table(argument: options.data, keepsGaps: true)
    let trainer = try options.trainer(
      Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 200, batchSize: 64), outputs)
    let report = try options.train(to: outputs, columns: table.columns) { progress in
      try naming(options.data, row: table.row) {
        try MissingDataAutoencoder.train(
          .init(
            columns: table.values.columns, hidden: wholeNumbers(hidden), latent: latent, samples: samples,
            scoring: ImportanceSampling(samples: scoreSamples, seed: options.seed)),
          on: table.values, trainer: trainer, progress: progress)
      }
    }
    try report.print(options.format)
  }
}
