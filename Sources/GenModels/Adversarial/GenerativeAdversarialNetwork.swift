/// A generator and the discriminator that it was trained against (I. Goodfellow and others, 2014), by a divergence of choice: GAN,
/// WGAN-GP.
///
/// ```swift
/// let network = GenerativeAdversarialNetwork(
///   .dense(exampleShape: [2], hidden: [64, 64], latent: 8, divergence: .wasserstein), seed: 1)
/// let trained = try network.train(on: points, heldOut: others, settings: .wasserstein)
/// let drawn = trained.model.sample(count: 500, using: &random)
/// ```
///
/// As a scorer it asks the discriminator: the score is −D(x). That tells examples from what the generator made at the end of training,
/// and nothing promises it for other examples; `FastAnoGAN` scores better.
public struct GenerativeAdversarialNetwork: Network {
  public static let kind = "generative-adversarial-network"

  /// What the parameters' shapes follow from, and what the model is trained on.
  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// Number of latent numbers, independent standard normal ones.
    public var latent: Int
    /// Layers from z to an example.
    public var generator: [LayerSpecification]
    /// Layers from an example to one number. All but the last are the features that `FastAnoGAN` compares. With a gradient penalty it
    /// has no batch normalization.
    public var discriminator: [LayerSpecification]
    public var divergence: AdversarialDivergence

    public init(
      exampleShape: [Int], latent: Int, generator: [LayerSpecification], discriminator: [LayerSpecification],
      divergence: AdversarialDivergence
    ) {
      self.exampleShape = exampleShape
      self.latent = latent
      self.generator = generator
      self.discriminator = discriminator
      self.divergence = divergence
    }

    /// Fully connected layers; `output` is sigmoid for numbers in 0...1.
    public static func dense(
      exampleShape: [Int], hidden: [Int] = [256, 256], latent: Int = 64, output: Activation = .identity,
      divergence: AdversarialDivergence
    ) -> Architecture {
      Architecture(
        exampleShape: exampleShape, latent: latent,
        generator: AdversarialLayers.generator(exampleShape, hidden: hidden.reversed(), output: output),
        discriminator: AdversarialLayers.encoder(exampleShape, hidden: hidden, outputs: 1),
        divergence: divergence)
    }

    /// Convolutions, for images whose sides are multiples of 4. Traps for others.
    public static func convolutional(
      exampleShape: [Int], channels: Int = 32, latent: Int = 64, output: Activation = .sigmoid,
      divergence: AdversarialDivergence
    ) -> Architecture {
      Architecture(
        exampleShape: exampleShape, latent: latent,
        generator: AdversarialLayers.convolutionalGenerator(
          exampleShape, channels: channels, output: output),
        discriminator: AdversarialLayers.convolutionalEncoder(exampleShape, channels: channels, outputs: 1),
        divergence: divergence)
    }
  }

  public let configuration: Architecture
  public internal(set) var generator: LayerChain
  public internal(set) var discriminator: LayerChain

  /// A network with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let shape = try Shape.requireSense(configuration.exampleShape, latent: configuration.latent)
    if let problem = configuration.divergence.problem { throw .malformed(reason: problem) }
    if case .wasserstein = configuration.divergence,
      configuration.discriminator.contains(where: { $0.description is BatchNormalizationDescription })
    {
      throw .malformed(
        reason:
          "a critic with a gradient penalty can't have batch normalization, which mixes the batch's examples")
    }
    self.configuration = configuration
    generator = try LayerChain(
      configuration.generator, from: [configuration.latent], to: shape, named: "generator", tensors)
    discriminator = try LayerChain(
      configuration.discriminator, from: shape, to: [1], named: "discriminator", tensors)
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("generator", &generator)
    visitor.visit("discriminator", &discriminator)
  }
}

extension GenerativeAdversarialNetwork: Sampler, OODScorer {
  /// G(z) of standard normal z.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    random.normal([count, configuration.latent]).inPieces(outputShape: exampleShape) { generator($0) }
  }

  /// −D(x): minus the logit of "real", or minus the critic's value.
  public func score(checked x: Tensor) throws -> [Double] {
    try x.inPieces(outputShape: [1]) { -discriminator($0) }.finiteDoubles()
  }
}

extension GenerativeAdversarialNetwork: AdversarialModel {
  public func turns(_ settings: AdversarialTraining) -> [TrainingTurn<GenerativeAdversarialNetwork>] {
    turns(settings, prefix: "", of: \.self)
  }

  /// The turns of a model that holds a network; `prefix` begins the names of the network's parameters.
  func turns<Model>(
    _ settings: AdversarialTraining, prefix: String, steps: Range<Int> = 0..<Int.max,
    of network: KeyPath<Model, GenerativeAdversarialNetwork>
  ) -> [TrainingTurn<Model>] {
    let (divergence, latent) = (configuration.divergence, configuration.latent)
    func draws(_ count: Int, _ scope: TrainingScope) -> Tensor {
      scope.context.withRandom { $0.normal([count, latent]) }
    }
    return [
      TrainingTurn(moving: prefix + "discriminator.", steps: steps) { model, batch, scope in
        let network = model[keyPath: network]
        let fake = network.generator(draws(batch.count, scope), scope.context)
        return divergence.discriminatorLoss(batch.inputs, fake, scope) {
          network.discriminator($0, scope.context)
        }
      },
      TrainingTurn(
        moving: prefix + "generator.", optimizer: settings.generatorOptimizer, interval: settings.criticSteps,
        steps: steps
      ) { model, batch, scope in
        let network = model[keyPath: network]
        let fake = network.generator(scope.constant(draws(batch.count, scope)), scope.context)
        return divergence.generatorLoss(network.discriminator(fake, scope.context))
      },
    ]
  }
}

extension Tensor {
  /// One number an example, in double precision.
  /// - Throws: `ExampleError.overflow` for the first that is not finite.
  func finiteDoubles() throws(ExampleError) -> [Double] {
    if let position = firstNonFinite { throw .overflow(example: position) }
    return withUnsafeElements { $0.map(Double.init) }
  }
}
