/// Trains models on shuffled mini-batches.
///
/// ```swift
/// var random = RandomGenerator(seed: 1)
/// let model = Dense(inputs: 2, outputs: 1, using: &random)
/// let data = try TrainingSet(x, targets: y)
/// let result = try Trainer(optimizer: SGD(learningRate: 0.1), epochs: 20).train(model, on: data) { model, batch, scope in
///   (model(scope.constant(batch.inputs), scope.context) - batch.targets!).squared().mean()
/// }
/// ```
///
/// A training is determined by its settings, `seed` among them: the same bits come out for any number of threads, and after
/// a stop and a resumption from a checkpoint. Memory: the data, the model, the optimizer's state, and the activations of one
/// batch, whose buffers are reused from step to step.
public struct Trainer: Sendable {
  public var optimizer: any Optimizer
  public var epochs: Int
  public var batchSize: Int
  /// Parts that a batch is cut into, one after the other: their gradients add up to the batch's, and activations take the
  /// memory of one part. What depends on a whole batch (batch-norm, lifetime sparsity) then sees a part.
  public var batchParts: Int
  /// Decides the order of examples, dropout and corruption.
  public var seed: UInt64
  /// The processes that train the model together, each `batchParts / group.count` parts of every batch; nil to train alone, parts one after
  /// the other. The rule by which parts add up is the group's, so that a training alone, `Solo()` and any other group's differ in rounding only
  /// between the first and the others.
  public var group: (any TrainingGroup)?
  public var schedule: LearningRateSchedule
  public var clipping: GradientClipping?
  public var earlyStopping: EarlyStopping?
  /// Where and how often the state is saved; nil for never.
  public var checkpointing: Checkpointing?
  /// What else decides the training and can't be seen here, by name: what the loss does to its batches. A checkpoint is resumed
  /// only when it agrees, as with all settings.
  public var lossSettings: [String: String] = [:]

  public init(
    optimizer: any Optimizer = Adam(), epochs: Int = 10, batchSize: Int = 64, batchParts: Int = 1,
    seed: UInt64 = 0,
    schedule: LearningRateSchedule = .constant, clipping: GradientClipping? = nil,
    earlyStopping: EarlyStopping? = nil, checkpointing: Checkpointing? = nil
  ) {
    precondition(
      epochs >= 1 && batchSize >= 1,
      "Training takes at least one epoch and one example a batch, not \(epochs) and \(batchSize).")
    self.optimizer = optimizer
    self.epochs = epochs
    precondition(
      batchParts >= 1 && batchParts <= batchSize,
      "A batch of \(batchSize) examples can't be cut into \(batchParts) parts.")
    self.batchSize = batchSize
    self.batchParts = batchParts
    self.seed = seed
    self.schedule = schedule
    self.clipping = clipping
    self.earlyStopping = earlyStopping
    self.checkpointing = checkpointing
  }

  /// The loss of a batch: a scalar, the mean over the batch's examples. Called with the scope's copy of the model.
  public typealias Loss<Model> = (_ model: Model, _ batch: Batch, _ scope: TrainingScope) throws -> Variable

  /// Trains a model.
  ///
  /// Resumes from the checkpoint where there is one. Stops with `CancellationError` when the surrounding task is cancelled,
  /// after saving a checkpoint where those are asked for.
  ///
  /// - Parameters:
  ///   - model: The model to start from.
  ///   - data: The training examples.
  ///   - validation: Examples whose loss is measured after each epoch, without training (dropout off).
  ///   - loss: See `Loss`. With cross-validation's batches the model's parameters are constants.
  ///   - progress: Called after each step.
  /// - Throws: `TrainingError` when the loss is NaN or infinite, with the step; or what `loss` throws.
  public func train<Model: Parameterized>(
    _ model: Model, on data: TrainingSet, validation: TrainingSet? = nil, loss: Loss<Model>,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Model> {
    try withoutActuallyEscaping(loss) { loss in
      try train(
        model, on: data, validation: validation, turns: [TrainingTurn(moving: "", loss: loss)],
        measure: { model in try validation.map { try mean(loss, of: model, on: $0) } }, progress: progress)
    }
  }

  /// Trains a model on several losses that take turns in each step, see `TrainingTurn`.
  ///
  /// The loss of a step and of an epoch is that of the first turn which is due.
  ///
  /// - Parameters:
  ///   - model: The model to start from.
  ///   - data: The training examples.
  ///   - validation: What `measure` looks at: a checkpoint is resumed only with the same.
  ///   - turns: In their order within a step. Some turn is due in every step.
  ///   - measure: The number that stands for the validation loss after an epoch; nil for none.
  ///   - progress: Called after each step.
  /// - Throws: As `train(_:on:validation:loss:progress:)`.
  public func train<Model: Parameterized>(
    _ model: Model, on data: TrainingSet, validation: TrainingSet? = nil, turns: [TrainingTurn<Model>],
    measure: (Model) throws -> Double? = { _ in nil },
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Model> {
    var run = try TrainingRun(
      trainer: self, model: model, exampleCount: data.count, optimizers: optimizers(of: model, turns))
    try run.requireGroup()
    if checkpointing != nil {
      var trainer = self
      if group != nil { trainer.lossSettings["sums of parts"] = "as a binary tree" }
      trainer.lossSettings.merge(settings(of: turns)) { $1 }
      run.identity = trainer.identity(of: model, data, validation)
    }
    try run.resume()
    let clock = ContinuousClock()
    let start = (time: clock.now, step: run.step)
    while run.step < run.totalSteps, !run.isStopped {
      if try run.isCancelled() {
        try run.save()
        throw CancellationError()
      }
      let value = try run.take(run.nextRows(), of: data, turns: turns)
      if run.isEndOfEpoch {
        run.finishEpoch(validationLoss: try measure(run.model))
      }
      try run.saveIfDue()
      let seconds = (clock.now - start.time) / .seconds(1)
      let done = run.step - start.step
      try progress(
        TrainingProgress(
          epoch: (run.step - 1) / run.stepsPerEpoch + 1, epochs: epochs, step: run.step,
          steps: run.totalSteps,
          loss: value, examplesPerSecond: Double(done * min(batchSize, data.count)) / seconds,
          secondsLeft: seconds / Double(done) * Double(run.totalSteps - run.step),
          finishedEpoch: run.isAtStartOfEpoch ? run.history.last : nil))
    }
    return run.result()
  }

  /// The mean loss over examples, without training.
  public func mean<Model: Parameterized>(
    _ loss: Loss<Model>, of model: Model, on data: TrainingSet
  ) throws -> Double {
    var sum = 0.0
    for start in stride(from: 0, to: data.count, by: batchSize) {
      let rows = Indexes(Array(start..<min(data.count, start + batchSize)))
      sum += try inScope { tape in
        let value = try loss(model, data.batch(rows), TrainingScope(tape: tape, context: .inference))
        requireScalar(value)
        return Double(value.tensor.scalar) * Double(rows.count)
      }
    }
    return sum / Double(data.count)
  }
}

/// Where a loss is computed: the tape that it is recorded on, and the context for layers.
public struct TrainingScope {
  let tape: Tape
  /// Training or use, for layers.
  public let context: Context

  /// Data, as a value that can be used with the model's parameters.
  public func constant(_ tensor: Tensor) -> Variable { tape.constant(tensor) }

  /// Data that gradients can be taken with respect to, inside the loss.
  public func variable(_ tensor: Tensor) -> Variable { tape.variable(tensor) }
}
