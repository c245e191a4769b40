import GenModels
import OODLaws

/// Networks: fresh ones with what is set from data set, for laws don't ask how good a model is.
enum NetworkCases {
  static let all = autoencoders + classifiers + flows + archetypes

  static let images = LawData.unit([24, 8, 8, 1], seed: 2)
  static let autoencoder = ConvolutionalAutoencoder(
    .init(height: 8, width: 8, layers: 1, maps: 4, bottleneckMaps: 4, kernel: 3), seed: 1)

  private static let autoencoders: [ModelLawCase] = [
    ModelLawCase("convolutional-autoencoder", kind: ConvolutionalAutoencoder.kind, inliers: images) {
      autoencoder
    },
    ModelLawCase(
      "dense-autoencoder", kind: DenseAutoencoder.kind, inliers: LawData.unit([24, 6], seed: 3)
    ) { DenseAutoencoder(.init(features: 6, hidden: [5, 3]), seed: 1) },
    ModelLawCase("sequential", kind: Sequential.kind, inliers: images) {
      Sequential(
        [
          .convolution(channels: 3, kernel: 3), .winnerTakeAll(channelSparsity: 0.5),
          .convolution(channels: 1, kernel: 3, activation: .sigmoid, padding: .full),
        ], exampleShape: [8, 8, 1], seed: 1)
    },
  ]

  static let denoisingClassifier = DenoisingClassifier.fresh(
    .convolutional(exampleShape: [14, 14, 1], classes: 3, maps: 2, hidden: 6, kernel: 3), seed: 1)
  static let attention = try! AttentionNetwork.validating(
    .init(layers: AttentionNetwork.layers(maps: 2), exampleShape: [8, 8, 2]), seed: 3)
  static let largerImages = LawData.unit([24, 14, 14, 1], seed: 4)

  private static let classifiers: [ModelLawCase] = [
    ModelLawCase(
      "competitive-overcomplete-classifier", kind: CompetitiveOvercompleteClassifier.kind, inliers: images
    ) {
      try CompetitiveOvercompleteClassifier.validating(
        .init(
          network: .init(
            layers: [.flatten, .dense(units: 5, activation: .relu), .dense(units: 3 * 4)],
            exampleShape: [8, 8, 1]), overcompleteness: 4), seed: 1)
    },
    ModelLawCase(
      "virtual-outlier-classifier", kind: VirtualOutlierClassifier.kind,
      inliers: LawData.points(24, features: 3, seed: 9)
    ) {
      try VirtualOutlierClassifier.train(
        .init(exampleShape: [3], encoder: [.dense(units: 6, activation: .tanh)], classCount: 2),
        on: LawData.points(120, features: 3, seed: 8), labels: Indexes((0..<120).map { $0 % 2 }),
        trainer: Trainer(optimizer: Adam(learningRate: 1e-2), epochs: 4, batchSize: 40, seed: 3)
      ).model
    },
    ModelLawCase(
      "attention-network", kind: AttentionNetwork.kind, inliers: images,
      otherAnswers: {
        ($0 as? AttentionNetwork).map { model in
          (try? model.masks(images, steps: 2).elements.map(Double.init)) ?? []
        } ?? []
      }
    ) { attention },
    ModelLawCase("denoising-classifier", kind: DenoisingClassifier.kind, inliers: largerImages) {
      denoisingClassifier
    },
    ModelLawCase(
      "denoising-classifier of vectors", kind: DenoisingClassifier.kind,
      inliers: LawData.points(24, features: 3, seed: 9)
    ) { try DenoisingClassifier.validating(.dense(features: 3, classes: 2, hidden: [6, 4]), seed: 2) },
    ModelLawCase("image-classifier", kind: ImageClassifier.kind, inliers: images) {
      ImageClassifier(
        Sequential(
          [
            .convolution(channels: 3, kernel: 3), .batchNormalization, .maximumPooling(window: 2), .flatten,
            .dense(units: 5, activation: .relu), .dropout(probability: 0.3), .dense(units: 4),
          ], exampleShape: [8, 8, 1], seed: 1))
    },
  ]

  /// A flow over vectors with what is set from data set, and moved away from its start.
  static func flow(_ architecture: Flow.Architecture, seed: UInt64 = 1) -> Flow {
    let count = 200
    let x = LawData.points(count, features: architecture.exampleShape[0], seed: 7)
    let labels = architecture.classCount.map { classes in Indexes((0..<count).map { $0 % classes }) }
    let trainer = Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 4, batchSize: 50, seed: seed)
    return try! Flow(architecture, seed: seed).train(on: x, labels: labels, trainer: trainer).model
  }

  static let realNVP = flow(.realNVP(features: 2, couplings: 2, hidden: [8]))
  static let normalized = flow(
    .init(
      exampleShape: [2],
      bijections: [
        .batchNormalization(), .coupling(hidden: [8]), .batchNormalization(),
        .coupling(hidden: [8], changes: .first),
      ]))

  /// A flow of images of 4 × 4 grey levels.
  static let imageFlow: Flow = {
    let architecture = Flow.Architecture.glow(images: [4, 4, 1], levels: 1, steps: 2, hiddenChannels: 4)
    return Flow(architecture, seed: 1).initialized(from: LawData.images(100, side: 4, seed: 1))
  }()

  static func vectors(
    _ name: String, features: Int = 2, make: @escaping @Sendable () -> Flow
  ) -> ModelLawCase {
    ModelLawCase(
      name, kind: Flow.kind, inliers: LawData.points(30, features: features, seed: 5),
      outliers: LawData.points(3, features: features, seed: 6, scale: 60), make: make)
  }

  private static let flows: [ModelLawCase] = [
    vectors("flow") { realNVP },
    vectors("flow, splines") { flow(.splineFlow(features: 2, couplings: 2, hidden: [8])) },
    vectors("flow, one feature", features: 1) {
      flow(.maskedAutoregressive(features: 1, layers: 2, hidden: [4]))
    },
    vectors("flow, five features", features: 5) { flow(.glow(features: 5, steps: 2, hidden: [8])) },
    vectors("flow, batch normalization") { normalized },
    vectors("flow, classes in couplings") {
      flow(.realNVP(features: 2, couplings: 2, hidden: [8], classCount: 2))
    },
    vectors("flow, class Gaussians") {
      flow(
        .init(
          exampleShape: [2], bijections: [.standardization, .coupling(hidden: [8])], base: .classGaussians,
          classCount: 3))
    },
    ModelLawCase("flow, images", kind: Flow.kind, inliers: LawData.images(20, side: 4, seed: 2)) {
      imageFlow
    },
    ModelLawCase(
      "conditional-flow", kind: ConditionalFlow.kind, inliers: LawData.points(30, seed: 5),
      context: LawData.points(30, features: 3, seed: 9)
    ) {
      try ConditionalFlow.fresh(
        .realNVP(features: 2, couplings: 2, hidden: [8]), contextSize: 3, seed: 1
      ).train(
        on: LawData.points(200, seed: 7), context: LawData.points(200, features: 3, seed: 8),
        trainer: Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 2, batchSize: 50)
      ).model
    },
    ModelLawCase(
      "hybrid-flow", kind: HybridFlow.kind, inliers: LawData.points(30, seed: 5),
      outliers: LawData.points(3, seed: 6, scale: 60)
    ) { HybridFlow(.realNVP(features: 2, couplings: 2, hidden: [8]), classes: 3, seed: 1) },
    ModelLawCase(
      "dequantized-flow", kind: DequantizedFlow.kind, inliers: LawData.images(20, side: 4, seed: 2)
    ) { DequantizedFlow(imageFlow, draws: 2, seed: 3) },
  ]
  private static let archetypes: [ModelLawCase] = [
    ModelLawCase(
      "archetypal-flow", kind: ArchetypalFlow.kind, inliers: LawData.points(30, features: 3, seed: 5),
      outliers: LawData.points(3, features: 3, seed: 6, scale: 60)
    ) {
      let model = ArchetypalFlow(
        .init(
          flow: .realNVP(features: 3, couplings: 2, hidden: [8]), features: 2,
          maps: .init(archetypes: 3, hasBias: true, classCount: 2)), seed: 1)
      let labels = Indexes((0..<200).map { $0 % 2 })
      return try model.train(
        on: LawData.points(200, features: 3, seed: 7), labels: labels,
        trainer: Trainer(optimizer: Adam(learningRate: 3e-3), epochs: 4, batchSize: 50)
      ).model
    },
    ModelLawCase("archetypal-autoencoder", kind: ArchetypalAutoencoder.kind, inliers: images) {
      ArchetypalAutoencoder(
        .init(exampleShape: [8, 8, 1], hidden: [12], features: 6, maps: .init(archetypes: 4)), seed: 1)
    },
  ]
}

extension DenoisingClassifier {
  /// Fresh weights of an architecture that makes sense.
  static func fresh(_ architecture: Architecture, seed: UInt64) -> DenoisingClassifier {
    try! validating(architecture, seed: seed)
  }
}
