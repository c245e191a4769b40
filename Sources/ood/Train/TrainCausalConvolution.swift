import ArgumentParser
import GenModels

struct TrainCausalConvolution: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "causal-convolution",
    abstract: "Train causal dilated convolutions of sequences: rows of a table, or images pixel by pixel.")

  @OptionGroup var training: SequenceTraining
  @Option(help: "Feature maps.") var channels = 32
  @Option(help: "Layers of a stack, with dilations 1, 2, 4, …") var layers = 5
  @Option(help: "Stacks, one after the other.") var stacks = 1

  func validate() throws {
    try requireOption("--channels", channels, in: 1...1 << 12)
    try requireOption("--layers", layers, in: 1...24)
    try requireOption("--stacks", stacks, in: 1...64)
  }

  func run() async throws {
    try training.run { steps, _ in
      try CausalConvolution.validating(
        .init(steps: steps, channels: channels, layers: layers, stacks: stacks), seed: training.options.seed)
    }
  }
}
