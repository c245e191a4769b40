/// A flow given continuous numbers: ln p(x | c) = ln p_base(f(x; c)) + ln |det ∂f/∂x|, where c goes into the couplings' networks beside
/// what passes (L. Ardizzone et al., Guided image generation with conditional invertible neural networks, 2019).
///
/// ```swift
/// let flow = try ConditionalFlow.fresh(.realNVP(features: 2), contextSize: 1, seed: 1)
/// let trained = try flow.train(on: points, context: temperatures, trainer: Trainer(epochs: 50)).model
/// let nats = try trained.logDensity(points, context: temperatures)
/// let more = trained.sample(context: Tensor([20, 25, 30], shape: [3, 1]), using: &random)
/// ```
///
/// Contexts are standardized by the means and deviations of those that it was trained with.
public struct ConditionalFlow: Network, ContextConditionalDensity {
  public static let kind = "conditional-flow"

  /// A flow's bijections and base, and how many numbers they are given.
  public struct Architecture: Codable, Hashable, Sendable {
    /// Without classes: a class is given as numbers of the context, one of them 1 and the others 0.
    public var flow: Flow.Architecture
    /// Numbers in a context.
    public var contextSize: Int

    public init(flow: Flow.Architecture, contextSize: Int) {
      self.flow = flow
      self.contextSize = contextSize
    }
  }

  public let configuration: Architecture
  private var bijections: BijectionChain
  private var base: any BaseDistribution
  /// What is taken from a context and what it is multiplied with, `[contextSize]`.
  private var contextMean, contextScale: RunningState

  /// A flow with fresh parameters, drawn from `seed`.
  /// - Throws: `ModelFileError.malformed` when the architecture makes no sense.
  public static func fresh(
    _ flow: Flow.Architecture, contextSize: Int, seed: UInt64
  ) throws(ModelFileError) -> ConditionalFlow {
    try ConditionalFlow(
      configuration: Architecture(flow: flow, contextSize: contextSize),
      tensors: .drawnByName(from: RandomGenerator(seed: seed).split("initialization")))
  }

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    let (flow, size) = (configuration.flow, configuration.contextSize)
    try flow.requireSense()
    guard (1...1 << 20).contains(size) else {
      throw .malformed(reason: "a context has between 1 and 1048576 numbers, not \(size)")
    }
    guard flow.classCount == nil, !flow.base.description.hasClasses else {
      throw .malformed(
        reason: "a flow given a context has no classes beside it; give the class as numbers of the context")
    }
    let shape = Shape(flow.exampleShape)
    self.configuration = configuration
    bijections = try BijectionChain(
      flow.bijections, inputShape: shape, conditions: size, tensors.under("bijections"))
    base = try flow.base.description.distribution(
      features: shape.elementCount, classCount: nil, tensors.under("base"))
    contextMean = RunningState(try tensors.constant("contextMean", [size], 0))
    contextScale = RunningState(try tensors.constant("contextScale", [size], 1))
  }

  public var exampleShape: Shape { Shape(configuration.flow.exampleShape) }

  public var contextSize: Int { configuration.contextSize }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("bijections", &bijections)
    visitor.visit("base", &base)
    visitor.visit("contextMean", &contextMean)
    visitor.visit("contextScale", &contextScale)
  }

  public func check(_ x: Tensor) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try configuration.flow.requireSupport(x)
  }

  /// z = f(x; c), `[batch, D]`, and ln |det ∂f/∂x|, `[batch]`.
  public func latent<Value: TensorAlgebra>(
    of x: Value, given context: Tensor, _ use: Context = .inference
  ) -> Mapped<Value> {
    let mapped = bijections.forward(x, condition: x.constant(standardized(context)), use)
    return Mapped(mapped.value.flattened(), logDeterminant: mapped.logDeterminant)
  }

  /// ln p(x | c) of a batch in nats, `[batch]`, recorded where `x` or the flow's parameters are: what `logDensity` computes, without its
  /// checks.
  public func logDensities<Value: TensorAlgebra>(
    of x: Value, given context: Tensor, _ use: Context = .inference
  ) -> Value {
    let mapped = latent(of: x, given: context, use)
    return base.logDensity(mapped.value, labels: nil) + mapped.logDeterminant
  }

  public func logDensity(checked x: Tensor, context: Tensor) throws -> [Double] {
    try logDensities(inPiecesOf: pieceSize, x) { piece, rows in
      logDensities(of: piece, given: context.sliced(axis: 0, rows))
    }
  }

  /// Independent draws, one for each row of the context. Traps for rows of another length.
  public func sample(context: Tensor, using random: inout RandomGenerator) -> Tensor {
    precondition(
      context.rank == 2 && context.shape[1] == contextSize,
      "A context has rows of \(contextSize) numbers, and the shape \(context.shape) was given.")
    let count = context.shape[0]
    let z = base.sample(count: count, labels: nil, temperature: 1, using: &random)
    let pieces = stride(from: 0, to: count, by: pieceSize).map { start -> Tensor in
      let rows = start..<min(count, start + pieceSize)
      let y = z.sliced(axis: 0, rows).reshaped(Shape([rows.count] + Array(bijections.outputShape)))
      return bijections.inverse(y, condition: standardized(context.sliced(axis: 0, rows)), .inference).value
    }
    return pieces.isEmpty ? .zeros(Shape([0] + Array(exampleShape))) : .concatenate(pieces, axis: 0)
  }

  /// Examples that are worked on at a time.
  private var pieceSize: Int { exampleShape.rank == 1 ? 1024 : 128 }

  private func standardized(_ context: Tensor) -> Tensor {
    (context - contextMean.tensor) * contextScale.tensor
  }
}

extension ConditionalFlow {
  /// Trains the flow by maximum likelihood: the loss is the mean of −ln p(x | c) in nats.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - context: What each example is given, `[examples, contextSize]`.
  ///   - validation: Examples and contexts whose mean loss is measured after each epoch.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples or contexts of another shape or not finite; `TrainingError`, see `Trainer.train`.
  public func train(
    on x: Tensor, context: Tensor, validation: (x: Tensor, context: Tensor)? = nil, trainer: Trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ConditionalFlow> {
    let random = RandomGenerator(seed: trainer.seed).split("conditional flow")
    let data = try trainingSet(x, context)
    let held = try validation.map { held in
      var noise = random.split("validation")
      return try trainingSet(configuration.flow.dequantized(held.x, using: &noise), held.context)
    }
    return try trainer.train(
      initialized(from: x, context, using: random.split("initialization")), on: data, validation: held,
      loss: { flow, batch, scope in
        var x = batch.inputs
        if scope.context.isTraining, flow.configuration.flow.greyLevels != nil {
          x = scope.context.withRandom { flow.configuration.flow.dequantized(x, using: &$0) }
        }
        return -flow.logDensities(of: scope.constant(x), given: batch.targets!, scope.context).mean()
      }, progress: progress)
  }

  private func trainingSet(_ x: Tensor, _ context: Tensor) throws -> TrainingSet {
    try check(x)
    try context.requireExamples(of: [contextSize])
    guard x.exampleCount == context.exampleCount else {
      throw ExampleError.labelCountDiffers(examples: x.exampleCount, labels: context.exampleCount)
    }
    return try TrainingSet(x, targets: context)
  }

  /// This flow with everything set that is set from data.
  private func initialized(
    from x: Tensor, _ context: Tensor, using random: RandomGenerator
  ) -> ConditionalFlow {
    var (flow, random) = (self, random)
    let mean = context.mean(axes: [0])
    let variance = (context - mean).squared().mean(axes: [0])
    flow.contextMean.tensor = mean
    // A number that never changes is left out, not blown up.
    flow.contextScale.tensor = Tensor(
      variance.elements.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }, shape: [contextSize])
    let order = random.permutation(x.shape[0])
    let noisy = configuration.flow.dequantized(x.rows(order), using: &random)
    _ = flow.bijections.initialize(from: noisy, condition: flow.standardized(context.rows(order)))
    return flow
  }
}
