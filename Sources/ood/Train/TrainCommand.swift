import ArgumentParser

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a model and save it.",
    subcommands: [
      TrainConvolutionalAutoencoder.self, TrainDenseAutoencoder.self, TrainClassifier.self,
      TrainCompetitiveOvercomplete.self, TrainDenoisingClassifier.self, TrainVirtualOutlierClassifier.self,
      TrainOpenSet.self, TrainRealNVP.self, TrainGlow.self, TrainSplineFlow.self,
      TrainMaskedAutoregressiveFlow.self, TrainHybridFlow.self, TrainContinuousFlow.self,
      TrainFlowMatching.self, TrainMADE.self,
      TrainVariationalAutoencoder.self, TrainImportanceWeightedAutoencoder.self,
      TrainMissingDataAutoencoder.self, TrainPixelCNN.self, TrainPixelCNNPlusPlus.self,
      TrainCausalConvolution.self, TrainCausalTransformer.self, TrainDeepArchetypes.self, TrainTable.self,
      TrainGAN.self, TrainWGAN.self, TrainEnergyBasedGAN.self, TrainFastAnoGAN.self,
      TrainEnergy.self, TrainJointEnergy.self,
    ])
}
