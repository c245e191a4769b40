import ArgumentParser
import GenModels

struct TrainMADE: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "made",
    abstract: "Train a masked autoencoder for distribution estimation, on binary data, images or a table.",
    discussion: "Real numbers get normal conditionals (gaussian-made), levels exact probabilities (made).")

  @OptionGroup var training: DensityTrainingOptions
  @Option(help: "Units of the hidden layers, separated by commas.") var hidden = "500"
  @Option(help: "Orders of the features that share the weights; the density is the average over all.")
  var orders = 1
  @Flag(help: "Shuffle the features in each order.") var shuffle = false
  @Flag(help: "Deal the degrees to the hidden units anew in each order.") var masks = false
  @Flag(help: "Weights from features to outputs without hidden units between.") var direct = false

  func validate() throws {
    guard wholeNumbers(hidden).allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw ValidationError(
        "--hidden must be whole numbers from 1 to \(1 << 16), separated by commas, and it is \(hidden).")
    }
    try requireOption("--orders", orders, in: 1...4096)
    guard orders == 1 || shuffle || masks else {
      throw ValidationError("Several --orders are all the same without --shuffle or --masks.")
    }
  }

  func run() async throws {
    let seed = training.options.seed
    let orders = AutoregressiveOrders(
      count: orders, shufflesFeatures: shuffle, shufflesUnits: masks, seed: seed)
    try training.run(recipe: Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 100)) {
      purpose in
      if purpose.observation.levels == nil {
        return try GaussianMADE.validating(
          .init(
            exampleShape: purpose.shape, hidden: wholeNumbers(hidden), orders: orders,
            hasDirectConnections: direct), seed: seed)
      }
      return try MADE.validating(
        .init(
          exampleShape: purpose.shape, hidden: wholeNumbers(hidden), observation: purpose.observation,
          orders: orders, hasDirectConnections: direct), seed: seed)
    }
  }
}
