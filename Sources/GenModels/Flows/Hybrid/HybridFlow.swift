/// A flow with a classifier on its latents: p(x) by the change of variables and p(class | x) by a linear layer on z = f(x), trained
/// together (E. Nalisnick et al., Hybrid models with deep and invertible features, 2019). One pass gives both.
///
/// ```swift
/// let hybrid = HybridFlow(.realNVP(features: 2), classes: 3, seed: 1)
/// let trained = try hybrid.train(on: points, labels: labels, trainer: Trainer(epochs: 50)).model
/// try trained.probabilities(points)     // [n, 3]
/// try trained.logDensity(points)        // nats
/// ```
public struct HybridFlow: Network, DifferentiableDensity, ClaimingClassifier {
  public static let kind = "hybrid-flow"

  /// A flow without classes, and how many the classifier has.
  public struct Architecture: Codable, Hashable, Sendable {
    public var flow: Flow.Architecture
    public var classCount: Int

    public init(flow: Flow.Architecture, classCount: Int) {
      self.flow = flow
      self.classCount = classCount
    }
  }

  /// p(x).
  public private(set) var flow: Flow
  /// From z to the classes' logits.
  public private(set) var head: Sequential

  /// A model with fresh parameters, drawn from `seed`. Traps when the architecture makes no sense.
  public init(_ flow: Flow.Architecture, classes: Int, seed: UInt64) {
    do {
      try self.init(
        configuration: Architecture(flow: flow, classCount: classes),
        tensors: .drawnByName(from: RandomGenerator(seed: seed).split("initialization")))
    } catch { preconditionFailure("\(error)") }
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    guard configuration.flow.classCount == nil else {
      throw .malformed(reason: "the flow below a classifier has no classes of its own")
    }
    guard (1...100_000).contains(configuration.classCount) else {
      throw .malformed(reason: "a classifier can't have \(configuration.classCount) classes")
    }
    flow = try Flow(configuration: configuration.flow, tensors: tensors.under("flow"))
    head = try Sequential(
      configuration: .init(layers: [.dense(units: configuration.classCount)], exampleShape: [flow.features]),
      tensors: tensors.under("head"))
  }

  public var configuration: Architecture {
    Architecture(flow: flow.architecture, classCount: classCount)
  }

  public var exampleShape: Shape { flow.exampleShape }

  public var classCount: Int { head.outputShape[0] }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("flow", &flow)
    visitor.visit("head", &head)
  }

  public func check(_ x: Tensor) throws(ExampleError) { try flow.check(x) }

  public func logDensity(checked x: Tensor) throws -> [Double] { try flow.logDensity(checked: x) }

  public func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value { flow.recordedLogDensity(x) }

  public func sample(count: Int, using random: inout RandomGenerator) -> Tensor {
    flow.sample(count: count, using: &random)
  }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { head(flow.latent(of: x).value) }

  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value { recordedLogits(x).logSoftmax() }

  public func logits(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: head.outputShape) { recordedLogits($0) }
  }

  /// The latents z = f(x), `[examples, D]`.
  public func features(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: [flow.features]) { flow.latent(of: $0).value }
  }

  /// The classifier's layer.
  public var linearHead: LinearHead? { head.linearHead }
}

extension HybridFlow {
  /// Trains both together on −ln p(class | x) − λ ln p(x) / D, a mean over the batch in nats (Nalisnick et al., 2019, equation 5, with λ
  /// for one number of an example, so that it means the same for examples of any size).
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: 0..<classes, one for each example.
  ///   - densityWeight: λ. With 0 only the classifier is trained, and p(x) means nothing.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples that the flow has no density for and labels that are no classes;
  ///   `OutlierGenerationError.invalidSetting` for a weight below 0; `TrainingError`.
  public func train(
    on x: Tensor, labels: Indexes, densityWeight: Float = 1, trainer: Trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<HybridFlow> {
    try check(x)
    try labels.requireLabels(classes: classCount, examples: x.exampleCount)
    guard densityWeight >= 0, densityWeight.isFinite else {
      throw OutlierGenerationError.invalidSetting(
        name: "density weight", value: "\(densityWeight)", expected: "at least 0")
    }
    var start = self
    start.flow = flow.initialized(
      from: x, using: RandomGenerator(seed: trainer.seed).split("flow").split("initialization"))
    var trainer = trainer
    trainer.lossSettings["density weight"] = "\(densityWeight)"
    return try trainer.train(
      start, on: TrainingSet(x, labels: labels),
      loss: { model, batch, scope in
        var x = batch.inputs
        let flow = model.flow
        if scope.context.isTraining, flow.architecture.greyLevels != nil {
          x = scope.context.withRandom { flow.architecture.dequantized(x, using: &$0) }
        }
        let mapped = flow.latent(of: scope.constant(x), context: scope.context)
        let classification = model.head(mapped.value, scope.context).crossEntropy(labels: batch.labels!)
        let density = flow.base.logDensity(mapped.value, labels: nil) + mapped.logDeterminant
        return (classification - density * (densityWeight / Float(flow.features))).mean()
      }, progress: progress)
  }
}
