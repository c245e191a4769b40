/// f-AnoGAN (T. Schlegl, P. Seeböck, S. M. Waldstein, G. Langs and U. Schmidt-Erfurth, 2019): an encoder E that finds the latent vector
/// of an example for a trained Wasserstein network.
///
///     A(x) = ‖x − G(E(x))‖² / n + κ ‖f(x) − f(G(E(x)))‖² / m
///
/// f are the critic's features, all its layers but the last; n and m are how many numbers an example and its features have. The encoder is
/// trained on the mean of A over examples (izi_f), with generator and critic as they are. A known trap: a simple class, as the digit 1,
/// is nearly reconstructed whatever the normal class is.
public struct FastAnoGAN: Network {
  public static let kind = "f-anogan"

  /// What the parameters' shapes follow from.
  public struct Architecture: Codable, Hashable, Sendable {
    public var network: GenerativeAdversarialNetwork.Architecture
    /// Layers from an example to a latent vector.
    public var encoder: [LayerSpecification]
    /// κ.
    public var featureWeight: Float

    public init(
      network: GenerativeAdversarialNetwork.Architecture, encoder: [LayerSpecification],
      featureWeight: Float = 1
    ) {
      self.network = network
      self.encoder = encoder
      self.featureWeight = featureWeight
    }
  }

  public let configuration: Architecture
  public internal(set) var network: GenerativeAdversarialNetwork
  public internal(set) var encoder: LayerChain
  /// f.
  private var features: LayerChain { network.discriminator.dropLast(1) }

  /// A network with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  /// A trained network with a fresh encoder, drawn from `seed`.
  /// - Throws: `ModelFileError.malformed` for an encoder that does not fit.
  public init(
    of network: GenerativeAdversarialNetwork, encoder: [LayerSpecification], featureWeight: Float = 1,
    seed: UInt64
  ) throws(ModelFileError) {
    self = try .validating(
      Architecture(network: network.configuration, encoder: encoder, featureWeight: featureWeight), seed: seed
    )
    self.network = network
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    guard configuration.featureWeight >= 0, configuration.featureWeight.isFinite else {
      throw .malformed(reason: "κ is 0 or more, not \(configuration.featureWeight)")
    }
    self.configuration = configuration
    network = try GenerativeAdversarialNetwork(
      configuration: configuration.network, tensors: tensors.under("network"))
    encoder = try LayerChain(
      configuration.encoder, from: network.exampleShape, to: [configuration.network.latent], named: "encoder",
      tensors)
  }

  public var exampleShape: Shape { network.exampleShape }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("network", &network)
    visitor.visit("encoder", &encoder)
  }
}

extension FastAnoGAN: Sampler, OODScorer, ReconstructionOracle {
  /// G(z) of standard normal z.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    network.sample(count: count, using: &random)
  }

  /// G(E(x)).
  public func reconstruct(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: exampleShape) { network.generator(encoder($0)) }
  }

  /// A(x).
  public func score(checked x: Tensor) throws -> [Double] {
    try x.inPieces(outputShape: []) { anomalies($0, .inference) }.finiteDoubles()
  }

  /// A of each example, `[batch]`.
  func anomalies<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    let found = network.generator(encoder(x, context), context)
    let residual = (x - found).flattened().squared().mean(axes: [1])
    guard configuration.featureWeight > 0 else { return residual }
    let features = features
    let difference = (features(x, context) - features(found, context)).flattened()
    return residual + difference.squared().mean(axes: [1]) * configuration.featureWeight
  }
}

/// How an f-AnoGAN is trained: first the network, then the encoder.
public struct FastAnoGANTraining: Sendable {
  /// Of generator and critic; its trainer's epochs are theirs. The trainer's seed, batches and checkpoint serve both parts.
  public var network: AdversarialTraining
  public var encoderEpochs: Int
  public var encoderOptimizer: any Optimizer

  /// - Parameters:
  ///   - network: Of generator and critic.
  ///   - encoderEpochs: Epochs of the encoder, after those of the network.
  ///   - encoderOptimizer: RMSProp with 5·10⁻⁵, the paper's, unless said.
  public init(
    network: AdversarialTraining = .wasserstein, encoderEpochs: Int = 50,
    encoderOptimizer: any Optimizer = RMSProp(learningRate: 5e-5)
  ) {
    precondition(encoderEpochs >= 1, "An encoder is trained for 1 epoch or more, not \(encoderEpochs).")
    self.network = network
    self.encoderEpochs = encoderEpochs
    self.encoderOptimizer = encoderOptimizer
  }
}

extension FastAnoGAN: AdversarialModel {
  public func turns(_ settings: AdversarialTraining) -> [TrainingTurn<FastAnoGAN>] {
    network.turns(settings, prefix: "network.", of: \.network)
  }

  private func encoderTurn(from step: Int, _ optimizer: any Optimizer) -> TrainingTurn<FastAnoGAN> {
    TrainingTurn(moving: "encoder.", optimizer: optimizer, steps: step..<Int.max) { model, batch, scope in
      model.anomalies(scope.constant(batch.inputs), scope.context).mean()
    }
  }

  /// Trains generator and critic, and then the encoder, in one training: epochs, losses and the checkpoint go on from one to the other.
  ///
  /// The loss of an epoch is first the critic's, then the encoder's; see `AdversarialModel.train`.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - heldOut: Examples to compare generated ones with.
  ///   - settings: The recipe.
  ///   - keepingNetwork: Whether the network is trained already, and only the encoder is to be.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: As `AdversarialModel.train`.
  public func train(
    on x: Tensor, heldOut: Tensor? = nil, settings: FastAnoGANTraining, keepingNetwork: Bool = false,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> AdversarialResult<FastAnoGAN> {
    var training = settings.network
    let epochs = keepingNetwork ? 0 : training.trainer.epochs
    training.trainer.epochs = epochs + settings.encoderEpochs
    let size = training.trainer.batchSize
    let (first, overflow) = epochs.multipliedReportingOverflow(by: (x.exampleCount + size - 1) / size)
    guard !overflow else {
      throw TrainingError.tooManySteps(epochs: epochs, stepsPerEpoch: (x.exampleCount + size - 1) / size)
    }
    let networkTurns = network.turns(
      training, prefix: "network.", steps: 0..<first, of: \FastAnoGAN.network)
    return try train(
      on: x, heldOut: heldOut, settings: training,
      turns: networkTurns + [encoderTurn(from: first, settings.encoderOptimizer)], progress: progress)
  }
}
