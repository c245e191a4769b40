import GenModels
import OODLaws

/// Generators and what they were trained against, moved away from their start.
enum AdversarialCases {
  private static let points = LawData.points(60, features: 3, seed: 5)
  private static let images = LawData.unit([24, 8, 8, 1], seed: 2)

  private static var training: AdversarialTraining {
    AdversarialTraining(
      trainer: Trainer(optimizer: Adam(learningRate: 0.01, beta1: 0.5), epochs: 2, batchSize: 20, seed: 3),
      criticSteps: 2)
  }

  private static func network(_ divergence: AdversarialDivergence) throws -> GenerativeAdversarialNetwork {
    try GenerativeAdversarialNetwork(
      .dense(exampleShape: [3], hidden: [8], latent: 2, divergence: divergence), seed: 1
    ).train(on: points, settings: training).model
  }

  static let all: [ModelLawCase] = [
    ModelLawCase(
      "generative-adversarial-network", kind: GenerativeAdversarialNetwork.kind, inliers: points
    ) { try network(.jensenShannon) },
    ModelLawCase("wasserstein network", kind: GenerativeAdversarialNetwork.kind, inliers: points) {
      try network(.wasserstein)
    },
    ModelLawCase(
      "wasserstein network of images", kind: GenerativeAdversarialNetwork.kind, inliers: images
    ) {
      try GenerativeAdversarialNetwork(
        .convolutional(exampleShape: [8, 8, 1], channels: 2, latent: 3, divergence: .wasserstein), seed: 1
      ).train(on: images, settings: training).model
    },
    ModelLawCase("energy-based-gan", kind: EnergyBasedGAN.kind, inliers: points) {
      try EnergyBasedGAN(
        .dense(exampleShape: [3], hidden: [8], code: 2, latent: 2, output: .identity, margin: 2), seed: 1
      ).train(on: points, settings: training).model
    },
    ModelLawCase("energy-based-gan of images", kind: EnergyBasedGAN.kind, inliers: images) {
      try EnergyBasedGAN(
        .convolutional(exampleShape: [8, 8, 1], channels: 2, code: 3, latent: 3), seed: 1
      ).train(on: images, settings: training).model
    },
    ModelLawCase("f-anogan", kind: FastAnoGAN.kind, inliers: points) {
      try FastAnoGAN(
        of: network(.wasserstein),
        encoder: AdversarialLayers.encoder([3], hidden: [8], outputs: 2), featureWeight: 0.5, seed: 2
      ).train(
        on: points, settings: FastAnoGANTraining(network: training, encoderEpochs: 2), keepingNetwork: true
      ).model
    },
  ]
}
