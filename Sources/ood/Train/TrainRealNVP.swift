import ArgumentParser
import GenModels

struct TrainRealNVP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "realnvp", abstract: "Real NVP: affine couplings, on images multi-scale.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Couplings; on images, at each scale over the checkerboard and over channels.")
  var couplings: Int?
  @Option(help: "Hidden units or channels.") var hidden = 64
  @Option(help: "Scales of images.") var levels = 2
  @Option(help: "Bound on a coupling's log-scale.") var clamp: Float = 2

  func run() throws {
    try training.run { purpose in
      guard purpose.isImages else {
        return .realNVP(
          features: purpose.features, couplings: couplings ?? 8, hidden: [hidden, hidden], clamp: clamp,
          classCount: purpose.classCount)
      }
      try purpose.requireLevels(levels)
      return .realNVP(
        images: purpose.shape, levels: levels, couplings: couplings ?? 4, hiddenChannels: hidden,
        clamp: clamp,
        classCount: purpose.classCount, greyLevels: purpose.greyLevels)
    }
  }
}
