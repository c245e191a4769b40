import ArgumentParser
import GenModels

struct TrainGlow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "glow", abstract: "Glow: ActNorm, trained linear maps and affine couplings.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Steps, at each scale of images.") var steps = 8
  @OptionGroup var network: CouplingOptions

  func validate() throws {
    for (name, value) in [("--steps", steps)] { try requireOption(name, value, in: 1...4096) }
  }

  func run() throws {
    try training.run { purpose in
      guard purpose.isImages else {
        try purpose.refuseLevels(network.levels)
        return .glow(
          features: purpose.features, steps: steps, hidden: [network.hidden, network.hidden],
          clamp: network.clamp,
          classCount: purpose.classCount)
      }
      try purpose.requireLevels(network.levels ?? 2)
      return .glow(
        images: purpose.shape, levels: network.levels ?? 2, steps: steps, hiddenChannels: network.hidden,
        clamp: network.clamp,
        classCount: purpose.classCount, greyLevels: purpose.greyLevels)
    }
  }
}
