/// A classifier that is an energy-based model at the same time (W. Grathwohl, K.-C. Wang, J.-H. Jacobsen, D. Duvenaud, M. Norouzi and
/// K. Swersky, 2020): its logits f say
///
///     p(y | x) = softmax f(x)[y],   E(x) = −ln Σ_y exp f(x)[y],   E(x, y) = −f(x)[y],
///
/// and the logits' common shift, which a classifier leaves free, learns the density of x.
///
/// ```swift
/// let joint = JointEnergyModel(.convolutional(exampleShape: [28, 28, 1], classes: 10), seed: 1)
/// let trained = try joint.train(on: images, labels: labels).model
/// ```
public struct JointEnergyModel: EnergyNetwork, ClaimingClassifier {
  public static let kind = "joint-energy-model"

  /// What a joint energy model is made of.
  public struct Architecture: Codable, Hashable, Sendable {
    /// From examples to logits.
    public var network: Sequential.Architecture
    /// How chains are run, in training and for samples.
    public var dynamics: LangevinDynamics
    /// Where fresh chains start.
    public var start: ChainStart

    public init(network: Sequential.Architecture, dynamics: LangevinDynamics, start: ChainStart) {
      self.network = network
      self.dynamics = dynamics
      self.start = start
    }

    /// The convolutions of `EnergyModel.Architecture.convolutional`; chains of 20 steps of it.
    public static func convolutional(
      exampleShape: [Int], classes: Int, maps: Int = 32, hidden: Int = 128,
      activation: Activation = .leakyReLU(slope: 0.2)
    ) -> Architecture {
      var energy = EnergyModel.Architecture.convolutional(
        exampleShape: exampleShape, maps: maps, hidden: hidden, activation: activation)
      energy.network.layers[energy.network.layers.count - 1] = .dense(units: classes)
      energy.dynamics.steps = 20
      return Architecture(network: energy.network, dynamics: energy.dynamics, start: energy.start)
    }
  }

  public private(set) var network: Sequential
  public let configuration: Architecture

  /// A model with fresh parameters, drawn from `seed`. Traps when the layers don't fit.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try configuration.dynamics.requireSense(from: configuration.start)
    self.configuration = configuration
    network = try Sequential(configuration: configuration.network, tensors: tensors)
    guard network.outputShape.rank == 1, !configuration.network.layers.isEmpty else {
      throw .malformed(
        reason: "a classifier gives one number a class, and its layers give \(network.outputShape)")
    }
  }

  public var exampleShape: Shape { network.exampleShape }
  public var classCount: Int { network.outputShape[0] }
  public var dynamics: LangevinDynamics { configuration.dynamics }
  public var start: ChainStart { configuration.start }
  public var linearHead: LinearHead? { network.linearHead }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    network.visitParameters(with: visitor)
  }

  public func standardizedEnergy<Value: TensorAlgebra>(_ z: Value, _ context: Context) -> Value {
    -network(z, context).logSumExp()
  }

  public func logits(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: network.outputShape) { network($0) }
  }

  public func features(checked x: Tensor) -> Tensor {
    let body = network.dropLast()
    return x.inPieces(outputShape: body.outputShape) { body($0) }.flattened()
  }

  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value { network(x, .inference).logSoftmax() }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { network(x) }

  /// Trains on the cross-entropy of the labels and on the energies,
  ///
  ///     loss = mean −ln p(y | x) + weight · contrastive divergence.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: 0..<classCount, one for each.
  ///   - weight: Of the energies; 0 is an ordinary classifier.
  ///   - criterion: How energies are learned.
  ///   - trainer: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: As `train(on:by:)`; `ExampleError` for labels that are no classes.
  public func train(
    on x: Tensor, labels: Indexes, weight: Float = 1,
    by criterion: ContrastiveDivergence = ContrastiveDivergence(),
    trainer: Trainer = trainer, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<JointEnergyModel> {
    try check(x)
    try labels.requireLabels(classes: classCount, examples: x.exampleCount)
    try criterion.validate()
    try EnergyError.require(
      weight >= 0 && weight.isFinite, "weight of the energies", weight, "a finite number of 0 or more")
    var trainer = trainer
    trainer.lossSettings["criterion"] = "\(criterion), weight \(weight)"
    return try criterion.train(
      self, on: TrainingSet(x, labels: labels), trainer: trainer, weight: weight,
      besides: { model, batch, scope in
        model.network(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
      }, progress: progress)
  }

  /// Examples of given classes, drawn by chains along ∇ f(x)[y] from fresh starts.
  /// - Throws: As `sample(count:by:using:)`; `ExampleError` for labels that are no classes.
  public func sample(
    labels: Indexes, by dynamics: LangevinDynamics? = nil, using random: inout RandomGenerator
  ) throws -> Tensor {
    try labels.requireLabels(classes: classCount, examples: labels.count)
    let starts = start.draw(Shape([labels.count] + Array(exampleShape)), using: &random)
    let chosen = Tensor.oneHot(labels, classes: classCount)
    return try (dynamics ?? self.dynamics).run(from: starts, using: &random) { x in
      gradientOfEach(at: x) { network($0) * $0.constant(chosen) }.gradient
    }
  }
}
