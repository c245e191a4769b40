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
    try training.run { try network.realNVP($0, couplings: couplings) }
  }
}
