/// Deep archetypal analysis as a variational autoencoder (S. M. Keller et al., Deep archetypal analysis, 2019): an encoder's features
/// are turned into coefficients in archetypes, the code is drawn about the point A z_fixed of a regular simplex, and a decoder makes
/// examples of it.
///
/// ```swift
/// let model = ArchetypalAutoencoder(.init(exampleShape: [784], hidden: [256], features: 64, maps: .init(archetypes: 8)), seed: 1)
/// let trained = try model.train(on: images, trainer: Trainer(epochs: 20, batchSize: 256)).model
/// trained.archetypes                 // the corners, as examples
/// ```
///
/// Unlike with a flow, what the code does not say is lost.
public struct ArchetypalAutoencoder: Network, ReconstructionOracle, Sampler {
  public static let kind = "archetypal-autoencoder"

  /// What the parameters' shapes follow from.
  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// From examples to features; a last dense layer to `features` numbers follows.
    public var encoder: [LayerSpecification]
    /// Numbers in t.
    public var features: Int
    public var maps: ArchetypeMaps.Architecture
    /// From points `[k − 1]` of the simplex to examples.
    public var decoder: [LayerSpecification]

    public init(
      exampleShape: [Int], encoder: [LayerSpecification], features: Int, maps: ArchetypeMaps.Architecture,
      decoder: [LayerSpecification]
    ) {
      self.exampleShape = exampleShape
      self.encoder = encoder
      self.features = features
      self.maps = maps
      self.decoder = decoder
    }

    /// Fully connected layers there and, mirrored, back, for numbers in 0...1.
    public init(
      exampleShape: [Int], hidden: [Int], features: Int, maps: ArchetypeMaps.Architecture,
      outputActivation: Activation = .sigmoid
    ) {
      let width = exampleShape.reduce(1, *)
      self.init(
        exampleShape: exampleShape,
        encoder: (exampleShape.count > 1 ? [.flatten] : [])
          + hidden.map { .dense(units: $0, activation: .relu) },
        features: features, maps: maps,
        decoder: hidden.reversed().map { .dense(units: $0, activation: .relu) }
          + [.dense(units: width, activation: outputActivation)]
          + (exampleShape.count > 1 ? [.reshape(exampleShape)] : []))
    }
  }

  public let architecture: Architecture
  public private(set) var encoder: LayerChain
  public private(set) var maps: ArchetypeMaps
  /// From features to the logarithms of the code's variances, `[features, k − 1]`.
  private var logVariance: Dense
  public private(set) var decoder: LayerChain

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration architecture: Architecture, tensors: TensorSource) throws(ModelFileError) {
    self.architecture = architecture
    let extents = architecture.exampleShape
    guard (1...3).contains(extents.count), extents.allSatisfy({ (1...1 << 20).contains($0) }),
      extents.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 24)
    else { throw .malformed(reason: "examples can't have the shape \(extents)") }
    let (k, features) = (architecture.maps.archetypes, architecture.features)
    try architecture.maps.requireSense(features: features)
    encoder = try LayerChain(
      architecture.encoder + [.dense(units: features)], exampleShape: Shape(extents), tensors.under("encoder")
    )
    maps = try ArchetypeMaps(architecture.maps, features: features, tensors.under("maps"))
    logVariance = Dense(
      weight: try tensors.weights("logVariance.weight", [features, k - 1], fanIn: features, fanOut: k - 1),
      bias: try tensors.constant("logVariance.bias", [k - 1], -2))
    decoder = try LayerChain(architecture.decoder, exampleShape: [k - 1], tensors.under("decoder"))
    guard decoder.outputShape == Shape(extents) else {
      throw .malformed(reason: "the decoder makes examples of shape \(decoder.outputShape), not \(extents)")
    }
  }

  public var configuration: Architecture { architecture }
  public var exampleShape: Shape { Shape(architecture.exampleShape) }
  /// k.
  public var archetypeCount: Int { maps.archetypeCount }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("maps", &maps)
    visitor.visit("logVariance", &logVariance)
    visitor.visit("decoder", &decoder)
  }

  /// A of each example, `[examples, k]`: positive numbers that sum to 1.
  /// - Throws: `ExampleError` for examples of another shape, NaN or infinities.
  public func coefficients(_ x: Tensor) throws -> Tensor {
    try check(x)
    return maps.coefficients(of: encoder(x))
  }

  /// Examples by way of A z_fixed, without noise.
  public func reconstruct(checked x: Tensor) -> Tensor {
    decoder(maps.point(of: maps.coefficients(of: encoder(x))))
  }

  /// The archetypes as examples: what the decoder makes of the corners.
  public var archetypes: Tensor { decoder(maps.vertices) }

  /// Examples of coefficients drawn uniformly from the simplex.
  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    // A uniform law on a simplex always has coefficients.
    (try? sample(count: count, coefficients: CoefficientLaw(concentration: 1), using: &random))
      ?? .zeros(Shape([count] + Array(exampleShape)))
  }

  /// Examples of drawn coefficients; an extrapolation above 1 makes outliers.
  /// - Throws: `OutlierGenerationError` for a law that can't be.
  public func sample(
    count: Int, coefficients law: CoefficientLaw, using random: inout RandomGenerator
  ) throws -> Tensor {
    let coefficients = try law.coefficients(count: count, archetypes: archetypeCount, using: &random)
    return decoder(maps.point(of: coefficients))
  }

  /// Trains by the mean squared error of examples decoded from drawn codes, the maps' losses and the divergence of codes from the
  /// standard normal law.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: Classes, for maps that tell them.
  ///   - weights: Of the parts of the loss.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples of another shape and labels that are no classes; `TrainingError`.
  public func train(
    on x: Tensor, labels: Indexes? = nil, weights: DeepArchetypeTraining = DeepArchetypeTraining(),
    trainer: Trainer, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ArchetypalAutoencoder> {
    try check(x)
    try architecture.maps.requireLabels(labels, examples: x.exampleCount)
    var trainer = trainer
    trainer.lossSettings["archetype weights"] = "\(weights)"
    return try trainer.train(
      self, on: TrainingSet(x, labels: labels),
      loss: { model, batch, scope in model.loss(batch, weights, scope) }, progress: progress)
  }

  private func loss(_ batch: Batch, _ weights: DeepArchetypeTraining, _ scope: TrainingScope) -> Variable {
    let x = scope.constant(batch.inputs)
    let t = encoder(x, scope.context)
    let parts = maps.losses(t)
    // Clamped where a variance would leave 32 bits.
    let logarithm = logVariance(t, scope.context).maximum(with: scope.constant(Tensor(-30)))
      .minimum(with: scope.constant(Tensor(20)))
    var code = parts.point
    if scope.context.isTraining {
      let noise = scope.context.withRandom { $0.normal(code.shape) }
      code = code + (logarithm * 0.5).exp() * noise
    }
    let divergence = (parts.point.squared() + logarithm.exp() - logarithm - 1).mean() * 0.5
    var loss = decoder(code, scope.context).meanSquaredError(x) * weights.likelihood
    loss = loss + parts.reconstruction * weights.reconstruction + parts.archetypes * weights.archetypes
    loss = loss + divergence * weights.divergence
    if let labels = batch.labels, let logits = maps.classLogits(at: parts.point) {
      loss = loss + logits.crossEntropy(labels: labels).mean() * weights.classes
    }
    return loss
  }
}
