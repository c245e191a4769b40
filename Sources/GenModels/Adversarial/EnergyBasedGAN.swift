/// The energy-based generative adversarial network (J. Zhao, M. Mathieu and Y. LeCun, 2017): the discriminator is an autoencoder, and its
/// energy the distance from an example to its reconstruction.
///
///     D(x) = ‖Dec(Enc(x)) − x‖,   L_D = mean D(x) + mean [m − D(G z)]⁺,   L_G = mean D(G z) + w · PT(Enc(G z)),
///     PT(S) = 1 / (n (n − 1)) Σ_{i≠j} cos²(sᵢ, sⱼ)
///
/// The pull-away term PT keeps generated examples apart. As a scorer it answers D(x). B. Kégl, M. Cherti and A. Kazakçı (2018) propose it in
/// the place of a denoising autoencoder: it also learns what it must not reconstruct.
public struct EnergyBasedGAN: Network {
  public static let kind = "energy-based-gan"

  /// What the parameters' shapes follow from, and what the model is trained on.
  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// Number of the generator's latent numbers, independent standard normal ones.
    public var latent: Int
    /// Layers from z to an example.
    public var generator: [LayerSpecification]
    /// Layers from an example to its code, a vector.
    public var encoder: [LayerSpecification]
    /// Numbers of the code.
    public var code: Int
    /// Layers from a code to an example.
    public var decoder: [LayerSpecification]
    /// m: generated examples of a higher energy are left alone. At its equilibrium the loss is m, so that m well above the error of a good
    /// autoencoder (about 3 for one digit of MNIST) keeps the discriminator from becoming one.
    public var margin: Float
    /// w.
    public var pullAway: Float

    public init(
      exampleShape: [Int], latent: Int, generator: [LayerSpecification], encoder: [LayerSpecification],
      code: Int, decoder: [LayerSpecification], margin: Float = 5, pullAway: Float = 0.1
    ) {
      self.exampleShape = exampleShape
      self.latent = latent
      self.generator = generator
      self.encoder = encoder
      self.code = code
      self.decoder = decoder
      self.margin = margin
      self.pullAway = pullAway
    }

    /// Fully connected layers; `output` is sigmoid for numbers in 0...1.
    public static func dense(
      exampleShape: [Int], hidden: [Int] = [128], code: Int = 16, latent: Int = 64,
      output: Activation = .sigmoid, margin: Float = 5, pullAway: Float = 0.1
    ) -> Architecture {
      let back = AdversarialLayers.generator(exampleShape, hidden: hidden.reversed(), output: output)
      return Architecture(
        exampleShape: exampleShape, latent: latent, generator: back,
        encoder: AdversarialLayers.encoder(exampleShape, hidden: hidden, outputs: code), code: code,
        decoder: back, margin: margin, pullAway: pullAway)
    }

    /// Convolutions, for images whose sides are multiples of 4. Traps for others.
    public static func convolutional(
      exampleShape: [Int], channels: Int = 32, code: Int = 16, latent: Int = 64,
      output: Activation = .sigmoid, margin: Float = 5, pullAway: Float = 0.1
    ) -> Architecture {
      let back = AdversarialLayers.convolutionalGenerator(exampleShape, channels: channels, output: output)
      return Architecture(
        exampleShape: exampleShape, latent: latent, generator: back,
        encoder: AdversarialLayers.convolutionalEncoder(exampleShape, channels: channels, outputs: code),
        code: code, decoder: back, margin: margin, pullAway: pullAway)
    }
  }

  public let configuration: Architecture
  public internal(set) var generator: LayerChain
  public internal(set) var encoder: LayerChain
  public internal(set) var decoder: LayerChain

  /// A network with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let shape = try Shape.requireSense(configuration.exampleShape, latent: configuration.latent)
    for (name, value) in [("margin", configuration.margin), ("weight", configuration.pullAway)]
    where !(value >= 0 && value.isFinite) {
      throw .malformed(reason: "the \(name) of an energy-based network is 0 or more, not \(value)")
    }
    guard (1...1 << 20).contains(configuration.code) else {
      throw .malformed(reason: "a code can't have \(configuration.code) numbers")
    }
    self.configuration = configuration
    let code: Shape = [configuration.code]
    generator = try LayerChain(
      configuration.generator, from: [configuration.latent], to: shape, named: "generator", tensors)
    let discriminator = tensors.under("discriminator")
    encoder = try LayerChain(configuration.encoder, from: shape, to: code, named: "encoder", discriminator)
    decoder = try LayerChain(configuration.decoder, from: code, to: shape, named: "decoder", discriminator)
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("generator", &generator)
    visitor.visit("discriminator.encoder", &encoder)
    visitor.visit("discriminator.decoder", &decoder)
  }
}

extension EnergyBasedGAN: Sampler, OODScorer, ReconstructionOracle {
  /// G(z) of standard normal z.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    random.normal([count, configuration.latent]).inPieces(outputShape: exampleShape) { generator($0) }
  }

  /// Dec(Enc(x)).
  public func reconstruct(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: exampleShape) { decoder(encoder($0)) }
  }

  /// D(x), in the examples' unit: the reconstruction error of the norm `.l2`.
  public func score(checked x: Tensor) throws -> [Double] {
    try reconstructionError(checked: x, norm: .l2, batchSize: 256).finiteDoubles()
  }
}

extension EnergyBasedGAN: AdversarialModel {
  public func turns(_ settings: AdversarialTraining) -> [TrainingTurn<EnergyBasedGAN>] {
    let (margin, weight, latent) = (configuration.margin, configuration.pullAway, configuration.latent)
    func draws(_ count: Int, _ scope: TrainingScope) -> Tensor {
      scope.context.withRandom { $0.normal([count, latent]) }
    }
    return [
      TrainingTurn(moving: "discriminator.") { model, batch, scope in
        let fake = model.generator(draws(batch.count, scope), scope.context)
        // Both in one pass: products over twice as many rows are faster than two of them.
        let both = scope.constant(.concatenate([batch.inputs, fake], axis: 0))
        let energies = model.energies(both, scope.context).energies
        return Self.discriminatorLoss(
          energies.sliced(axis: 0, 0..<batch.count),
          energies.sliced(axis: 0, batch.count..<2 * batch.count), margin: margin)
      },
      TrainingTurn(
        moving: "generator.", optimizer: settings.generatorOptimizer, interval: settings.criticSteps
      ) { model, batch, scope in
        let fake = model.generator(scope.constant(draws(batch.count, scope)), scope.context)
        let (energies, codes) = model.energies(fake, scope.context)
        return energies.mean() + Self.pullAway(codes) * weight
      },
    ]
  }

  /// D of each example, `[batch]`, and their codes.
  func energies<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> (energies: Value, codes: Value) {
    let codes = encoder(x, context)
    let residual = (decoder(codes, context) - x).flattened()
    // The norm has no derivative at 0; the tiny term gives it one.
    return ((residual.squared().sum(axes: [1]) + 1e-12).squareRoot(), codes)
  }

  /// mean D(x) + mean [m − D(G z)]⁺ of energies `[batch]`.
  public static func discriminatorLoss<Value: TensorAlgebra>(
    _ real: Value, _ generated: Value, margin: Float
  ) -> Value { real.mean() + (margin - generated).relu().mean() }

  /// PT of codes `[batch, numbers]`: the mean squared cosine between two of them; 0 for a single one.
  public static func pullAway<Value: TensorAlgebra>(_ codes: Value) -> Value {
    let count = codes.shape[0]
    guard count > 1 else { return codes.constant(Tensor(0)) }
    let norms = (codes.squared().sum(axes: [1], keepingAxes: true) + 1e-12).squareRoot()
    let directions = codes / norms
    let cosines = directions.matrixProduct(directions, transposingOther: true)
    // A code with itself has 1, or 0 for a code of zeros, which has no direction.
    let own = directions.squared().sum(axes: [1]).squared().sum()
    return (cosines.squared().sum() - own) / Float(count * (count - 1))
  }
}
