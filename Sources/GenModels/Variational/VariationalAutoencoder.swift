/// A variational autoencoder (D. P. Kingma and M. Welling, 2014; D. J. Rezende, S. Mohamed and D. Wierstra, 2014), with more samples an
/// importance-weighted one (Y. Burda, R. Grosse and R. Salakhutdinov, 2016): z ~ N(0, I), x ~ p(x|z) by a decoder, and an encoder for
/// q(z|x), normal with a deviation for each latent number.
///
/// ```swift
/// let model = VariationalAutoencoder(.dense(exampleShape: [784], hidden: [200, 200], latent: 50), seed: 1)
/// let trained = try model.train(on: digits, settings: DensityTraining(trainer: Trainer(), binarizes: true)).model
/// let nats = try trained.logDensityBound(binaryDigits, samples: 5000, seed: 1)
/// ```
///
/// It knows lower bounds on ln p(x); `ImportanceSampledDensity` scores by one. With `upper` there are two stochastic layers,
/// z₂ ~ N(0, I) and z₁ ~ p(z₁|z₂).
public struct VariationalAutoencoder: TrainableDensity, DensityBound {
  public static let kind = "variational-autoencoder"

  public let configuration: Architecture
  var encoder: LayerChain
  /// Mean and ln σ of q(z|x).
  var posterior: Dense
  var decoder: LayerChain
  /// The numbers of the observation model.
  var output: OutputLayer
  var upper: UpperLayer?

  /// The decoder's last layer.
  enum OutputLayer: Sendable {
    case dense(Dense)
    case convolution(Convolution)
  }

  /// A model with fresh parameters (Glorot uniform), drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.requireSense()
    self.configuration = configuration
    encoder = try LayerChain(
      configuration.encoder, exampleShape: Shape(configuration.exampleShape), tensors.under("encoder"))
    let latent = configuration.latent
    func dense(_ name: String, _ inputs: Int, _ outputs: Int, bias: Tensor? = nil) throws(ModelFileError)
      -> Dense
    {
      guard Double(inputs) * Double(outputs) <= Double(Int32.max) else {
        throw .malformed(reason: "a layer can't have \(inputs) by \(outputs) weights")
      }
      let source = tensors.under(name)
      return Dense(
        weight: try source.weights("weight", [inputs, outputs], fanIn: inputs, fanOut: outputs),
        bias: try source.tensor("bias", [outputs]) { _ in bias ?? .zeros([outputs]) })
    }
    posterior = try dense("posterior", encoder.outputShape.elementCount, 2 * latent)
    decoder = try LayerChain(configuration.decoder, exampleShape: [latent], tensors.under("decoder"))
    let observation = configuration.observation
    let count = observation.parameterCount(channels: configuration.channels)
    let shape = decoder.outputShape
    if shape.rank == 3 {
      guard Array(shape.prefix(2)) == Array(configuration.exampleShape.prefix(2)) else {
        throw .malformed(
          reason: "the decoder makes images \(shape) for examples \(configuration.exampleShape)")
      }
      let source = tensors.under("output")
      output = .convolution(
        Convolution(
          weight: try source.weights(
            "weight", [3, 3, shape[2], count], fanIn: 9 * shape[2], fanOut: 9 * count),
          bias: try source.tensor("bias", [count]) { _ in
            observation.initialBias(channels: configuration.channels, features: 1)
          }, padding: .same))
    } else {
      guard shape.rank == 1 else {
        throw .malformed(reason: "the decoder makes examples of shape \(shape); flatten or reshape them")
      }
      output = .dense(
        try dense(
          "output", shape[0], configuration.pixels * count,
          bias: observation.initialBias(channels: configuration.channels, features: configuration.pixels)))
    }
    upper = try configuration.upper.map { settings throws(ModelFileError) in
      try UpperLayer(settings, below: latent, tensors.under("upper"))
    }
  }

  public var exampleShape: Shape { Shape(configuration.exampleShape) }

  /// Numbers must be levels k / (K − 1) where the observation model gives probabilities to those.
  public func check(_ x: Tensor) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try configuration.observation.requireSupport(x)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("posterior", &posterior)
    visitor.visit("decoder", &decoder)
    switch output {
    case .dense(var layer):
      visitor.visit("output", &layer)
      output = .dense(layer)
    case .convolution(var layer):
      visitor.visit("output", &layer)
      output = .convolution(layer)
    }
    if var layer = upper {
      visitor.visit("upper", &layer)
      upper = layer
    }
  }
}

extension VariationalAutoencoder {
  /// q(z|x) of each example.
  func posterior<Value: TensorAlgebra>(of x: Value, _ context: Context = .inference) -> DiagonalNormal<Value>
  {
    DiagonalNormal(posterior(encoder(x, context).flattened(), context))
  }

  /// The numbers of the observation model, `[rows, pixels · parameterCount]`, for latent rows.
  func decoded<Value: TensorAlgebra>(_ z: Value, _ context: Context = .inference) -> Value {
    let features = decoder(z, context)
    switch output {
    case .dense(let layer): return layer(features, context)
    case .convolution(let layer): return layer(features, context).flattened()
    }
  }

  /// ln p(x|z) of rows, in nats.
  func observationLogDensity<Value: TensorAlgebra>(
    _ x: Value, _ z: Value, _ context: Context = .inference
  ) -> Value {
    configuration.observation.logDensity(
      ofExamples: x, given: decoded(z, context), channels: configuration.channels)
  }

  /// The means of q(z|x), `[examples, latent]`: where examples lie on a latent map.
  /// - Throws: `ExampleError`.
  public func latentMeans(_ x: Tensor) throws -> Tensor {
    try check(x)
    return .concatenate(
      Tensor.pieces(of: x.shape[0]).map { posterior(of: x.sliced(axis: 0, $0)).mean }, axis: 0)
  }

  /// What the decoder expects for latent rows `[rows, latent]`: `[rows] + exampleShape`.
  public func decodedMeans(_ z: Tensor) -> Tensor {
    let parts = Tensor.pieces(of: z.shape[0]).map { rows in
      let parameters = decoded(z.sliced(axis: 0, rows))
      let count = configuration.observation.parameterCount(channels: configuration.channels)
      return configuration.observation.mean(
        parameters.reshaped([rows.count * configuration.pixels, count]), channels: configuration.channels)
    }
    return Tensor.concatenate(parts, axis: 0).reshaped(Shape([z.shape[0]] + configuration.exampleShape))
  }

  /// The latent numbers whose posterior mean varies over the examples by more than `variance` (Y. Burda and others, 2016, section
  /// 5.2): those that say something of x. A collapsed posterior has none.
  /// - Throws: `ExampleError`.
  public func activeUnits(_ x: Tensor, variance threshold: Float = 0.01) throws -> Int {
    let means = try latentMeans(x)
    let variance = (means - means.mean(axes: [0])).squared().mean(axes: [0])
    return variance.elements.count { $0 > threshold }
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    var z = random.normal([count, upper?.size ?? configuration.latent])
    if let upper {
      let prior = upper.prior(z)
      z = prior.mean + random.normal(prior.mean.shape) * prior.logDeviation.exp()
    }
    let (observation, channels) = (configuration.observation, configuration.channels)
    let numbers = observation.parameterCount(channels: channels)
    let parts = Tensor.pieces(of: count).map { rows in
      observation.sample(
        decoded(z.sliced(axis: 0, rows)).reshaped([rows.count * configuration.pixels, numbers]),
        channels: channels, using: &random)
    }
    let drawn = parts.isEmpty ? .zeros([0, channels]) : Tensor.concatenate(parts, axis: 0)
    return drawn.reshaped(Shape([count] + configuration.exampleShape))
  }
}

extension VariationalAutoencoder: ReconstructionOracle {
  /// What the decoder expects at the posterior's mean.
  public func reconstruct(checked x: Tensor) -> Tensor {
    x.shape[0] == 0 ? x : decodedMeans(posterior(of: x).mean)
  }
}

extension Tensor {
  /// Ranges of examples that are worked on at a time.
  static func pieces(of count: Int, size: Int = 256) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<Swift.min(count, $0 + size) }
  }
}

extension VariationalAutoencoder: LevelModel {
  public var levels: Int? { configuration.observation.levels }
}
