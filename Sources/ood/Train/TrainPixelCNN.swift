import ArgumentParser
import GenModels

struct TrainPixelCNN: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixelcnn", abstract: "Train a PixelCNN, on images of 0 and 1 or of grey levels.")

  @OptionGroup var training: DensityTrainingOptions
  @Flag(help: "One stack of masked convolutions, with its blind spot, in the place of two gated ones.")
  var plain = false
  @Option(help: "Feature maps.") var channels = 32
  @Option(help: "Layers after the first.") var layers = 5
  @Option(help: "Side of the first layer's kernel.") var firstKernel = 7
  @Option(help: "Side of the other layers' kernels.") var kernel = 3
  @Flag(help: "Learn P(x | class) from the labels.") var classConditional = false

  func validate() throws {
    try requireOption("--channels", channels, in: 1...1 << 12)
    try requireOption("--layers", layers, in: 0...256)
    for (name, side) in [("--first-kernel", firstKernel), ("--kernel", kernel)] {
      guard (3...99).contains(side), side % 2 == 1 else {
        throw ValidationError("\(name) must be an odd number from 3 to 99, and it is \(side).")
      }
    }
  }

  func run() async throws {
    try training.run(
      recipe: Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 10, batchSize: 50, clipping: .norm(10)),
      isConditional: classConditional
    ) { purpose in
      guard purpose.isImages else {
        throw Failure("A PixelCNN takes images, and \(training.options.data) has none.")
      }
      return try PixelCNN.validating(
        .init(
          exampleShape: purpose.shape, stack: plain ? .masked : .gated, channels: channels, layers: layers,
          firstKernel: firstKernel, kernel: kernel, observation: purpose.observation,
          classCount: purpose.classCount), seed: training.options.seed)
    }
  }
}
