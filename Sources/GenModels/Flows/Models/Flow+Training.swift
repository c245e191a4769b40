extension Flow {
  /// Trains the flow by maximum likelihood: the loss is the mean of −ln p(x) in nats.
  ///
  /// First everything that is set from data is set from these examples (ActNorm, standardization); then come the trainer's epochs.
  /// Images of grey levels get fresh noise between levels in each step. A training is determined by the flow, the examples
  /// and the trainer's settings, to the bit, for any number of threads.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: The class of each example, for a class-conditional flow.
  ///   - validation: Examples whose mean loss is measured after each epoch, with one fixed draw of noise.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples that the flow has no density for; `TrainingError`, see `Trainer.train`.
  public func train(
    on x: Tensor, labels: Indexes? = nil, validation: (x: Tensor, labels: Indexes?)? = nil,
    trainer: Trainer, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Flow> {
    if let classes = architecture.classCount, labels == nil {
      throw ExampleError.labelsMissing(classes: classes)
    }
    try requireExamples(x, labels: labels)
    let data = try TrainingSet(x, labels: labels)
    let random = RandomGenerator(seed: trainer.seed).split("flow")
    let held = try validation.map { held in
      try requireExamples(held.x, labels: held.labels)
      var noise = random.split("validation")
      return try TrainingSet(architecture.dequantized(held.x, using: &noise), labels: held.labels)
    }
    return try trainer.train(
      initialized(from: x, labels: labels, using: random.split("initialization")), on: data,
      validation: held, loss: Flow.loss, progress: progress)
  }

  /// The mean of −ln p(x) over a batch, in nats: the loss of `train`, for a `Trainer` of one's own.
  public static func loss(_ flow: Flow, _ batch: Batch, _ scope: TrainingScope) -> Variable {
    var x = batch.inputs
    if scope.context.isTraining, flow.architecture.greyLevels != nil {
      x = scope.context.withRandom { flow.architecture.dequantized(x, using: &$0) }
    }
    let found = flow.logDensities(of: scope.constant(x), labels: batch.labels, context: scope.context)
    return -found.mean()
  }

  /// This flow with everything set that is set from data, as `train` does first.
  public func initialized(
    from x: Tensor, labels: Indexes? = nil, using random: RandomGenerator = RandomGenerator(seed: 0)
  ) -> Flow {
    var (flow, random) = (self, random)
    let order = random.permutation(x.shape[0])
    let noisy = architecture.dequantized(x.rows(order), using: &random)
    let shuffled = labels.map { labels in
      let elements = labels.elements
      return Indexes(order.elements.map { elements[$0] })
    }
    _ = flow.bijections.initialize(from: noisy, condition: condition(shuffled, like: noisy))
    return flow
  }
}
