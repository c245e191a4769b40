import ArgumentParser
import GenModels

struct TrainMaskedAutoregressiveFlow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maf", abstract: "Masked autoregressive flow, on tables.")

  @OptionGroup var training: FlowTraining
  @Option(help: "Layers, with the order of features reversed after each.") var layers = 5
  @Option(help: "Hidden units.") var hidden = 64
  @Flag(help: "Turned round (IAF): draws are fast, densities take a pass for each feature.") var inverse =
    false

  func validate() throws {
    for (name, value) in [("--layers", layers), ("--hidden", hidden)] {
      try requireOption(name, value, in: 1...4096)
    }
  }

  func run() throws {
    try training.run { purpose in
      let features = try purpose.vectorFeatures("maf")
      return inverse
        ? .inverseAutoregressive(
          features: features, layers: layers, hidden: [hidden, hidden], classCount: purpose.classCount)
        : .maskedAutoregressive(
          features: features, layers: layers, hidden: [hidden, hidden], classCount: purpose.classCount)
    }
  }
}
