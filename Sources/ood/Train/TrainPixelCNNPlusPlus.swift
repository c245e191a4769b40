import ArgumentParser
import GenModels

struct TrainPixelCNNPlusPlus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixelcnn-plus-plus",
    abstract: "Train PixelCNN++, on images of grey levels or colours.")

  @OptionGroup var training: DensityTrainingOptions
  @Option(help: "Feature maps.") var channels = 32
  @Option(help: "Residual layers at each resolution.") var layers = 2
  @Option(help: "How often the sides are halved.") var halvings = 2
  @Option(help: "Dropout in residual layers.") var dropout: Float = 0
  @Flag(help: "Learn P(x | class) from the labels.") var classConditional = false

  func validate() throws {
    try requireOption("--channels", channels, in: 1...1 << 12)
    try requireOption("--layers", layers, in: 1...64)
    try requireOption("--halvings", halvings, in: 0...6)
    guard dropout >= 0, dropout < 1 else {
      throw ValidationError("--dropout lies in 0 ..< 1, and \(dropout) does not.")
    }
  }

  func run() async throws {
    try training.run(
      recipe: Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 10, batchSize: 32, clipping: .norm(10)),
      isConditional: classConditional
    ) { purpose in
      guard purpose.isImages else {
        throw Failure("PixelCNN++ takes images, and \(training.options.data) has none.")
      }
      return try PixelCNNPlusPlus.validating(
        .init(
          exampleShape: purpose.shape, channels: channels, layers: layers, halvings: halvings,
          dropout: dropout,
          observation: purpose.observation, classCount: purpose.classCount), seed: training.options.seed)
    }
  }
}
