import ArgumentParser

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model and save it.",
    subcommands: [
      TrainConvolutionalAutoencoder.self, TrainDenseAutoencoder.self, TrainClassifier.self,
      TrainCompetitiveOvercomplete.self, TrainDenoisingClassifier.self, TrainOpenSet.self, TrainRealNVP.self,
      TrainGlow.self, TrainSplineFlow.self, TrainMaskedAutoregressiveFlow.self, TrainDeepArchetypes.self,
      TrainTable.self,
    ])
}
