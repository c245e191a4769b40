import ArgumentParser
import GenModels

struct TrainCausalTransformer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "causal-transformer",
    abstract: "Train a small causal transformer of sequences: rows of a table, or images pixel by pixel.")

  @OptionGroup var training: SequenceTraining
  @Option(help: "Numbers of a step inside, a multiple of --heads.") var width = 64
  @Option(help: "Attention heads.") var heads = 4
  @Option(help: "Blocks.") var layers = 2

  func validate() throws {
    try requireOption("--heads", heads, in: 1...1 << 10)
    try requireOption("--layers", layers, in: 1...128)
    guard (1...1 << 14).contains(width), width % heads == 0 else {
      throw ValidationError("--width must be a multiple of --heads, \(heads), and it is \(width).")
    }
  }

  func run() async throws {
    try training.run { steps, longest in
      try CausalTransformer.validating(
        .init(steps: steps, mostSteps: longest, width: width, heads: heads, layers: layers),
        seed: training.options.seed)
    }
  }
}
