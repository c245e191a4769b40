import GenModels
import OODLaws

/// Autoregressive and latent-variable models, fresh or trained for a moment.
enum DensityNetworkCases {
  static let all = autoregressive + pixels + sequences + latent

  /// Rows of eight numbers 0 and 1, all different.
  static let bits = Tensor(shape: [24, 8]) { bits in
    for row in 0..<24 {
      for bit in 0..<8 { bits[row * 8 + bit] = Float((row * 11 + 3) >> bit & 1) }
    }
  }

  /// Two steps of training, so that nothing is where it starts.
  static func trained<Model: TrainableDensity>(
    _ model: Model, on x: Tensor, labels: Indexes? = nil
  ) throws -> Model {
    let trainer = Trainer(optimizer: Adam(learningRate: 0.02), epochs: 2, batchSize: 24, seed: 3)
    return try model.train(on: x, labels: labels, settings: DensityTraining(trainer: trainer)).model
  }

  static let levels = LawData.images(20, side: 4, seed: 2)

  private static let autoregressive: [ModelLawCase] = [
    ModelLawCase("made", kind: MADE.kind, inliers: bits) {
      try trained(MADE(.init(exampleShape: [8], hidden: [12, 10]), seed: 1), on: bits)
    },
    ModelLawCase("made, three orders and masks, direct connections", kind: MADE.kind, inliers: bits) {
      let orders = AutoregressiveOrders(count: 3, shufflesFeatures: true, shufflesUnits: true, seed: 4)
      return try trained(
        MADE(
          .init(
            exampleShape: [8], hidden: [9], activation: .tanh, orders: orders, hasDirectConnections: true),
          seed: 1), on: bits)
    },
    ModelLawCase("made, grey levels", kind: MADE.kind, inliers: levels) {
      try trained(
        MADE(
          .init(
            exampleShape: [4, 4, 1], hidden: [20],
            observation: .discretizedLogistic(mixtures: 2, levels: 256)), seed: 1), on: levels)
    },
    ModelLawCase("made, categories", kind: MADE.kind, inliers: bits) {
      MADE(.init(exampleShape: [8], hidden: [6], observation: .categorical(levels: 3)), seed: 2)
    },
    ModelLawCase(
      "gaussian-made", kind: GaussianMADE.kind, inliers: LawData.points(30, seed: 5),
      outliers: LawData.farPoints
    ) {
      try trained(
        GaussianMADE(.init(exampleShape: [2], hidden: [8], activation: .tanh), seed: 1),
        on: LawData.points(200, seed: 7))
    },
    ModelLawCase(
      "gaussian-made, two orders", kind: GaussianMADE.kind, inliers: LawData.points(30, features: 5, seed: 5)
    ) {
      let orders = AutoregressiveOrders(count: 2, shufflesFeatures: true, seed: 1)
      return try trained(
        GaussianMADE(
          .init(
            exampleShape: [5], hidden: [8], activation: .tanh, orders: orders, hasDirectConnections: true),
          seed: 1), on: LawData.points(200, features: 5, seed: 7))
    },
    chowLiu,
  ]

  private static let chowLiu: ModelLawCase = {
    var expectations = LawExpectations()
    expectations.mayBeInfinite = true
    return ModelLawCase(
      "chow-liu-tree", kind: ChowLiuTree.kind, inliers: categories, expectations: expectations
    ) { try ChowLiuTree(fitting: categories) }
  }()

  /// Three categories a column, some of them dependent.
  private static let categories: Matrix = {
    var random = RandomGenerator(seed: 8)
    let draws = random.integers(40 * 6, below: 3).elements
    return Matrix(
      rows: 40, columns: 6, elements: draws.indices.map { Double($0 % 6 == 3 ? draws[$0 - 2] : draws[$0]) })
  }()

  private static let squares = bits.reshaped([24, 4, 2, 1])
  private static let squareLabels = Indexes((0..<24).map { $0 % 2 })

  private static let pixels: [ModelLawCase] = [
    ModelLawCase("pixelcnn", kind: PixelCNN.kind, inliers: squares) {
      try trained(
        PixelCNN(.init(exampleShape: [4, 2, 1], channels: 4, layers: 1, firstKernel: 3), seed: 1), on: squares
      )
    },
    ModelLawCase("pixelcnn, masked, two classes", kind: PixelCNN.kind, inliers: squares) {
      try trained(
        PixelCNN(
          .init(
            exampleShape: [4, 2, 1], stack: .masked, channels: 4, layers: 1, firstKernel: 3, classCount: 2),
          seed: 1),
        on: squares, labels: squareLabels)
    },
    ModelLawCase("pixelcnn-plus-plus", kind: PixelCNNPlusPlus.kind, inliers: levels) {
      try trained(
        PixelCNNPlusPlus(
          .init(
            exampleShape: [4, 4, 1], channels: 3, layers: 1, halvings: 1,
            observation: .discretizedLogistic(mixtures: 2, levels: 256)), seed: 1), on: levels)
    },
    ModelLawCase("pixelcnn-plus-plus, two classes", kind: PixelCNNPlusPlus.kind, inliers: squares) {
      try trained(
        PixelCNNPlusPlus(
          .init(
            exampleShape: [4, 2, 1], channels: 3, layers: 1, halvings: 1,
            observation: .discretizedLogistic(mixtures: 1, levels: 2), classCount: 2), seed: 1),
        on: squares, labels: squareLabels)
    },
  ]

  private static let strokes = LawData.sequences(16, seed: 100)

  private static let sequences: [ModelLawCase] = [
    ModelLawCase(
      "causal-convolution", kind: CausalConvolution.kind, inliers: strokes,
      outliers: LawData.sequences(2, seed: 300, scale: 40)
    ) {
      let trainer = Trainer(optimizer: Adam(learningRate: 0.02), epochs: 4, batchSize: 16, seed: 3)
      return try CausalConvolution(
        .init(steps: StepModel(numbers: 2, mixtures: 2), channels: 5, layers: 2), seed: 1
      ).train(on: strokes, trainer: trainer).model
    },
    ModelLawCase("causal-transformer", kind: CausalTransformer.kind, inliers: strokes) {
      let trainer = Trainer(optimizer: Adam(learningRate: 0.02), epochs: 2, batchSize: 16, seed: 3)
      return try CausalTransformer(
        .init(steps: StepModel(numbers: 2), mostSteps: 8, width: 8, heads: 2, layers: 1), seed: 1
      ).train(on: strokes, trainer: trainer).model
    },
  ]

  static let vae = VariationalAutoencoder(.dense(exampleShape: [8], hidden: [7], latent: 3), seed: 1)

  private static let latent: [ModelLawCase] = [
    ModelLawCase("variational-autoencoder", kind: VariationalAutoencoder.kind, inliers: bits) {
      try trained(vae, on: bits)
    },
    ModelLawCase(
      "variational-autoencoder, convolutions and grey levels", kind: VariationalAutoencoder.kind,
      inliers: levels
    ) {
      try trained(
        VariationalAutoencoder(
          .convolutional(
            exampleShape: [4, 4, 1], channels: 3, hidden: 6, latent: 2,
            observation: .discretizedLogistic(mixtures: 1, levels: 256),
            objective: VariationalObjective(beta: 0.5, freeBits: 0.1)), seed: 1), on: levels)
    },
    ModelLawCase(
      "variational-autoencoder, two stochastic layers", kind: VariationalAutoencoder.kind,
      inliers: LawData.points(20, features: 4, seed: 3)
    ) {
      try trained(
        VariationalAutoencoder(
          .dense(
            exampleShape: [4], hidden: [6], latent: 3, observation: .gaussian,
            upper: .init(latent: 2, hidden: [5]), objective: VariationalObjective(samples: 3)), seed: 1),
        on: LawData.points(60, features: 4, seed: 4))
    },
    ModelLawCase(
      "variational-autoencoder, doubly reparameterized", kind: VariationalAutoencoder.kind,
      inliers: LawData.points(20, features: 4, seed: 3)
    ) {
      try trained(
        VariationalAutoencoder(
          .dense(
            exampleShape: [4], hidden: [6], latent: 2, observation: .gaussianFixed(deviation: 0.7),
            objective: VariationalObjective(samples: 4, isDoublyReparameterized: true)), seed: 1),
        on: LawData.points(60, features: 4, seed: 4))
    },
    ModelLawCase(
      "importance-sampled-density", kind: ImportanceSampledDensity<VariationalAutoencoder>.kind, inliers: bits
    ) { ImportanceSampledDensity(vae, samples: 5, seed: 2) },
    missing,
  ]

  private static let missing: ModelLawCase = {
    var expectations = LawExpectations()
    expectations.acceptsGaps = true
    return ModelLawCase(
      "miwae", kind: MissingDataAutoencoder.kind, inliers: LawData.fresh, expectations: expectations,
      otherAnswers: { model in
        var gaps = LawData.fresh
        gaps[0, 1] = .nan
        return try (model as! MissingDataAutoencoder).filled(gaps, samples: 10).row(0).map { $0 }
      }
    ) {
      let trainer = Trainer(optimizer: Adam(learningRate: 0.01), epochs: 2, batchSize: 100, seed: 1)
      return try MissingDataAutoencoder.train(
        .init(
          columns: 5, hidden: [8], latent: 2, samples: 3, scoring: ImportanceSampling(samples: 10, seed: 3)),
        on: LawData.training, trainer: trainer
      ).model
    }
  }()
}
