import ArgumentParser
import GenModels

struct TrainRealNVP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "realnvp", abstract: "Real NVP: affine couplings, on images multi-scale.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Couplings; on images, at each scale over the checkerboard and over channels.")
  var couplings: Int?
  @OptionGroup var network: CouplingOptions

  func validate() throws {
    for (name, value) in [("--couplings", couplings)] { try requireOption(name, value, in: 1...4096) }
  }

  func run() throws {
    try training.run { purpose in
      guard purpose.isImages else {
        try purpose.refuseLevels(network.levels)
        return .realNVP(
          features: purpose.features, couplings: couplings ?? 8, hidden: [network.hidden, network.hidden],
          clamp: network.clamp,
          classCount: purpose.classCount)
      }
      try purpose.requireLevels(network.levels ?? 2)
      return .realNVP(
        images: purpose.shape, levels: network.levels ?? 2, couplings: couplings ?? 4,
        hiddenChannels: network.hidden,
        clamp: network.clamp,
        classCount: purpose.classCount, greyLevels: purpose.greyLevels)
    }
  }
}
