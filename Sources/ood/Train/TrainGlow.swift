import ArgumentParser
import GenModels

struct TrainGlow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "glow", abstract: "Glow: ActNorm, trained linear maps and affine couplings.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Steps, at each scale of images.") var steps = 8
  @Option(help: "Hidden units or channels.") var hidden = 64
  @Option(help: "Scales of images.") var levels = 2
  @Option(help: "Bound on a coupling's log-scale.") var clamp: Float = 2

  func run() throws {
    try training.run { purpose in
      guard purpose.isImages else {
        return .glow(
          features: purpose.features, steps: steps, hidden: [hidden, hidden], clamp: clamp,
          classCount: purpose.classCount)
      }
      try purpose.requireLevels(levels)
      return .glow(
        images: purpose.shape, levels: levels, steps: steps, hiddenChannels: hidden, clamp: clamp,
        classCount: purpose.classCount, greyLevels: purpose.greyLevels)
    }
  }
}
