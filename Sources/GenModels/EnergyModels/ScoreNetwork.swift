/// A network for the slope of a log-density, s(x) ≈ ∇ ln p(x): a vector field where the network gives something of the example's shape,
/// or the slope −∇E of a network that gives one number, by differentiating twice in training.
///
/// ```swift
/// let network = ScoreNetwork(.vectorField(features: 2), seed: 1)
/// let trained = try network.train(on: x, by: DenoisingScoreMatching(noise: 0.2)).model
/// let slopes = try trained.logDensityGradient(x)          // [n, 2]
/// ```
///
/// A vector field costs a third of an energy in training; only an energy's slope is sure to be that of some density.
public struct ScoreNetwork: Network, ChainSampler {
  public static let kind = "score-network"
  public typealias Architecture = EnergyModel.Architecture

  private var network: Sequential
  private var standardization: Standardization?
  public let configuration: Architecture

  /// A model with fresh parameters, drawn from `seed`. Traps when the layers don't fit.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.dynamics.requireSense(from: configuration.start)
    self.configuration = configuration
    network = try Sequential(configuration: configuration.network, tensors: tensors)
    guard network.outputShape.elementCount == 1 || network.outputShape == network.exampleShape else {
      throw .malformed(
        reason:
          "\(EnergyError.noVectorField(found: network.outputShape, expected: network.exampleShape))")
    }
    if configuration.standardizes {
      standardization = try Standardization(
        exampleShape: network.exampleShape, tensors.under("standardization"))
    }
  }

  public var exampleShape: Shape { network.exampleShape }
  public var dynamics: LangevinDynamics { configuration.dynamics }

  /// Whether the network gives the slope itself, and not an energy.
  public var isVectorField: Bool { network.outputShape == exampleShape }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    network.visitParameters(with: visitor)
    if var own = standardization {
      visitor.visit("standardization", &own)
      standardization = own
    }
  }

  public func logDensityGradient(checked x: Tensor) -> Tensor {
    let slope = x.inPieces(outputShape: exampleShape) { self.slope(at: standardization?($0) ?? $0) }
    guard let standardization else { return slope }
    return slope * standardization.deviation.tensor.reciprocal()
  }

  /// s of z.
  private func slope(at z: Tensor) -> Tensor {
    isVectorField ? network(z) : gradientOfEach(at: z) { -network($0) }.gradient
  }

  /// s of z, recorded.
  private func slope(at z: Variable, _ context: Context) -> Variable {
    isVectorField ? network(z, context) : -network(z, context).gradient(withRespectTo: z)
  }

  /// This network with its standardization set from training examples.
  public func standardizing(_ x: Tensor) -> ScoreNetwork {
    var fitted = self
    fitted.standardization = standardization?.fitted(to: x)
    return fitted
  }

  /// The recipe: Adam at 1e-3, batches of 128, 20 epochs, a rate that falls along half a cosine.
  public static var trainer: Trainer {
    Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 20, batchSize: 128, schedule: .cosine())
  }

  /// Trains the network. A training is determined by the network, the examples and the settings, to the bit, for any number of threads.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - criterion: What is made small.
  ///   - trainer: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples that are not the network's; `EnergyError.invalidSetting`; `TrainingError`, see `Trainer.train`.
  public func train(
    on x: Tensor, by criterion: some ScoreCriterion, trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ScoreNetwork> {
    try check(x)
    guard x.exampleCount > 0 else { throw TrainingError.noExamples }
    try criterion.validate()
    let start = standardizing(x)
    var trainer = trainer
    trainer.lossSettings["criterion"] = "\(criterion)"
    return try trainer.train(
      start, on: TrainingSet(start.standardization?(x) ?? x),
      loss: { model, batch, scope in
        criterion.loss(of: { model.slope(at: $0, scope.context) }, at: batch.inputs, scope)
      }, progress: progress)
  }

  /// Examples drawn by chains, each from a fresh start; see `EnergyNetwork.sample`.
  /// - Throws: `EnergyError.invalidSetting`, or `chainExploded` with the step.
  public func sample(
    count: Int, by dynamics: LangevinDynamics? = nil, using random: inout RandomGenerator
  ) throws -> Tensor {
    let starts = configuration.start.draw(Shape([count] + Array(exampleShape)), using: &random)
    let z = try (dynamics ?? configuration.dynamics).run(from: starts, using: &random) { slope(at: $0) }
    return standardization?.inverse(z) ?? z
  }
}

extension EnergyModel.Architecture {
  /// Fully connected layers from vectors to vectors of the same size, for a `ScoreNetwork`.
  public static func vectorField(
    features: Int, hidden: [Int] = [128, 128], activation: Activation = .softplus, standardizes: Bool = true
  ) -> Self {
    var architecture = dense(
      features: features, hidden: hidden, activation: activation, standardizes: standardizes)
    architecture.network.layers[hidden.count] = .dense(units: features)
    return architecture
  }
}
