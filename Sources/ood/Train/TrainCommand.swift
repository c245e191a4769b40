import ArgumentParser

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a generative model and save it.",
    subcommands: [
      TrainRealNVP.self, TrainGlow.self, TrainSplineFlow.self, TrainMaskedAutoregressiveFlow.self,
    ])
}
