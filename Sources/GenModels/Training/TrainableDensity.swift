/// A network that learns a distribution by gradients: by maximum likelihood, or by a bound on it.
///
/// ```swift
/// let trained = try MADE(.init(exampleShape: [784], hidden: [500]), seed: 1)
///   .train(on: digits, settings: DensityTraining(trainer: Trainer(epochs: 20), binarizes: true)).model
/// ```
///
/// A conforming type writes `loss`; what is trained, scored, kept and compared by the experiment asks for this protocol alone.
public protocol TrainableDensity: Network where Self: Sampler, Self.Examples == Tensor {
  /// The mean surprise of a batch in nats, −ln p or a bound on it: what training makes small.
  ///
  /// - Parameters:
  ///   - x: Examples.
  ///   - labels: Their classes, where the model knows some.
  ///   - scope: What the loss is recorded in; draws come from its context in training.
  /// - Throws: Where there is none, with the example of the batch.
  func loss(_ x: Tensor, labels: Indexes?, _ scope: TrainingScope) throws -> Variable

  /// Number of classes that the model is told; nil for none.
  var conditionCount: Int? { get }

  /// This model with everything set that is set from data before training. There is an implementation: nothing is.
  func prepared(for x: Tensor, labels: Indexes?, using random: RandomGenerator) -> Self
}

extension TrainableDensity {
  public var conditionCount: Int? { nil }

  public func prepared(for x: Tensor, labels: Indexes?, using random: RandomGenerator) -> Self { self }

  /// Trains the model. A training is determined by the model, the examples and the settings, to the bit, for any number of threads.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: The class of each example, for a model that is told it.
  ///   - validation: Examples whose mean loss is measured after each epoch.
  ///   - settings: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples or labels that are not the model's; `TrainingError`, see `Trainer.train`.
  public func train(
    on x: Tensor, labels: Indexes? = nil, validation: (x: Tensor, labels: Indexes?)? = nil,
    settings: DensityTraining, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Self> {
    if let classes = conditionCount, labels == nil { throw ExampleError.labelsMissing(classes: classes) }
    let random = RandomGenerator(seed: settings.trainer.seed).split("density")
    func checked(_ x: Tensor, _ labels: Indexes?) throws {
      if settings.binarizes {
        try x.requireExamples(of: exampleShape)
        try x.requireUnitInterval()
      } else {
        try check(x)
      }
      try labels?.requireLabels(classes: conditionCount, examples: x.exampleCount)
    }
    try checked(x, labels)
    let held = try validation.map { held in
      try checked(held.x, held.labels)
      var draws = random.split("validation")
      return try TrainingSet(
        settings.binarizes ? held.x.binarized(using: &draws) : held.x, labels: held.labels)
    }
    var trainer = settings.trainer
    trainer.lossSettings["binarizes"] = "\(settings.binarizes)"
    trainer.lossSettings["corruption"] = settings.corruption?.name ?? "none"
    var draws = random.split("preparation")
    var start = settings.corruption?.apply(x, &draws) ?? x
    if settings.binarizes { start = start.binarized(using: &draws) }
    return try trainer.train(
      prepared(for: start, labels: labels, using: random.split("initialization")),
      on: TrainingSet(x, labels: labels), validation: held,
      loss: { model, batch, scope in
        var x = batch.inputs
        if scope.context.isTraining {
          scope.context.withRandom { random in
            if let corruption = settings.corruption { x = corruption.apply(x, &random) }
            if settings.binarizes { x = x.binarized(using: &random) }
          }
        }
        return try model.loss(x, labels: batch.labels, scope)
      }, progress: progress)
  }
}

/// How a density is trained.
public struct DensityTraining: Sendable {
  public var trainer: Trainer
  /// Whether each step draws 0 or 1 anew for every number of an example, which is the probability of 1 (dynamic binarization; R.
  /// Salakhutdinov and I. Murray, 2008).
  public var binarizes: Bool
  /// What is done to the examples of each step, for background models that must not learn everything.
  public var corruption: Corruption?

  /// A change of examples that is drawn anew in each step.
  public struct Corruption: Sendable {
    /// Decides, with the trainer's settings, whether a checkpoint belongs to a training.
    public var name: String
    public var apply: @Sendable (Tensor, inout RandomGenerator) -> Tensor

    public init(_ name: String, _ apply: @escaping @Sendable (Tensor, inout RandomGenerator) -> Tensor) {
      self.name = name
      self.apply = apply
    }
  }

  public init(trainer: Trainer, binarizes: Bool = false, corruption: Corruption? = nil) {
    self.trainer = trainer
    self.binarizes = binarizes
    self.corruption = corruption
  }
}

extension Tensor {
  /// Each number, a probability, replaced by 1 with that probability, else by 0.
  public func binarized(using random: inout RandomGenerator) -> Tensor {
    (self - random.uniform(shape)).step()
  }

  /// Throws unless all numbers lie in 0...1.
  /// - Throws: `ExampleError.outsideSupport`.
  func requireUnitInterval() throws(ExampleError) {
    guard let position = withUnsafeElements({ $0.firstIndex { !($0 >= 0 && $0 <= 1) } }) else { return }
    let width = max(1, count / max(1, shape[0]))
    throw .outsideSupport(
      example: position / width, feature: position % width,
      value: Double(withUnsafeElements { $0[position] }), support: 0...1)
  }
}
