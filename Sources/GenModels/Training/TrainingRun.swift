/// The state of one training: all that changes from step to step, and nothing else.
struct TrainingRun<Model: Parameterized> {
  let trainer: Trainer
  let exampleCount: Int
  /// What a checkpoint must agree in, by name.
  var identity: [(name: String, value: String)] = []
  let stepsPerEpoch: Int
  let totalSteps: Int
  private let random: RandomGenerator

  var model: Model
  /// Steps taken.
  var step = 0
  var history: [EpochRecord] = []
  /// The optimizer's memory, for each parameter.
  var states: [[Tensor]]
  /// Sum of the epoch's losses so far, each times its examples.
  var lossSum = 0.0
  /// The best epoch's model, where early stopping asks for it.
  var best: Model?
  var isStopped = false
  /// The order of examples in the epoch `order.epoch`.
  private var order: (epoch: Int, rows: Indexes)?

  /// - Parameter optimizers: The rule that moves each parameter; the trainer's when nil.
  init(
    trainer: Trainer, model: Model, exampleCount: Int, optimizers: [any Optimizer]? = nil
  ) throws(TrainingError) {
    self.trainer = trainer
    self.model = model
    self.exampleCount = exampleCount
    stepsPerEpoch = (exampleCount + trainer.batchSize - 1) / trainer.batchSize
    let (steps, overflow) = stepsPerEpoch.multipliedReportingOverflow(by: trainer.epochs)
    guard !overflow else { throw .tooManySteps(epochs: trainer.epochs, stepsPerEpoch: stepsPerEpoch) }
    totalSteps = steps
    random = RandomGenerator(seed: trainer.seed).split("training")
    states = model.namedParameters.enumerated().map { index, parameter in
      let optimizer = optimizers?[index] ?? trainer.optimizer
      return (0..<optimizer.stateCount).map { _ in .zeros(parameter.tensor.shape) }
    }
  }

  /// Whether the step just taken was an epoch's last, and the epoch has not been finished yet.
  var isEndOfEpoch: Bool { isAtStartOfEpoch && history.count < step / stepsPerEpoch }

  var isAtStartOfEpoch: Bool { step % stepsPerEpoch == 0 }

  /// The examples of the next step.
  mutating func nextRows() -> Indexes {
    let epoch = step / stepsPerEpoch
    if order?.epoch != epoch {
      var shuffling = random.split("shuffle").split(UInt64(epoch))
      order = (epoch, shuffling.permutation(exampleCount))
    }
    let first = step % stepsPerEpoch * trainer.batchSize
    let rows = order!.rows
    return Indexes(shape: [min(trainer.batchSize, exampleCount - first)]) { picked in
      for i in 0..<picked.count { picked[i] = rows.buffer.base[first + i] }
    }
  }

  /// Takes one step on the examples in `rows`, every turn that is due; returns the batch's loss in the first of them.
  mutating func take(
    _ rows: Indexes, of data: TrainingSet, turns: [TrainingTurn<Model>]
  ) throws -> Double {
    let stream = random.split("step").split(UInt64(step))
    var first: Double?
    for (place, turn) in turns.enumerated() {
      guard let number = turn.number(in: step) else { continue }
      let own = place == 0 ? stream : stream.split("turn").split(UInt64(place))
      let loss =
        if let group = trainer.group {
          try takeTogether(group, turn, number: number, rows, of: data, using: own)
        } else {
          try take(turn, number: number, rows, of: data, Context.training(using: own))
        }
      first = first ?? loss
    }
    guard let loss = first else { preconditionFailure("Step \(step) of the training is nobody's turn.") }
    step += 1
    lossSum += loss * Double(rows.count)
    return loss
  }

  /// Takes one turn, the `number`th of its kind.
  private mutating func take(
    _ turn: TrainingTurn<Model>, number: Int, _ rows: Indexes, of data: TrainingSet, _ context: Context
  ) throws -> Double {
    let size = (rows.count + trainer.batchParts - 1) / trainer.batchParts
    var total: Contribution?
    // Forms of weights are worth keeping when the next part can use them.
    let choices = KernelChoices.current.with(\.keepsWeightForms, size < rows.count)
    try KernelChoices.$current.withValue(choices) {
      for start in stride(from: 0, to: rows.count, by: size) {
        let part = start..<min(rows.count, start + size)
        let contribution = try contribution(
          of: data.batch(part.count == rows.count ? rows : rows.sliced(part)),
          share: Float(part.count) / Float(rows.count), context, turn)
        total = total?.adding(contribution) ?? contribution
      }
    }
    guard let total else { preconditionFailure("A step needs at least one example.") }
    update(total.gradients, context.stateUpdates, turn, number: number)
    return total.loss
  }

  /// What a part of a batch brings to a step: its share of the loss and of the gradients.
  struct Contribution {
    var loss: Double
    var gradients: [Tensor]

    consuming func adding(_ other: Contribution) -> Contribution {
      var sum = self
      sum.loss += other.loss
      for index in sum.gradients.indices { sum.gradients[index].add(other.gradients[index]) }
      return sum
    }
  }

  /// The contribution of some of a batch's examples, `share` of all: the loss, and its gradients to what the turn moves.
  /// - Parameter whenFinal: Gets each gradient by its number as soon as the backward pass is through with it.
  func contribution(
    of batch: Batch, share: Float, _ context: Context, _ turn: TrainingTurn<Model>,
    whenFinal: ((Int, Tensor) -> Void)? = nil
  ) throws -> Contribution {
    try inScope { tape in
      var (lifted, variables) = model.lifted(onto: tape)
      if !turn.parameters.isEmpty {
        variables = zip(variables, model.namedParameters).filter { turn.moves($1.name) }.map(\.0)
      }
      let value = try turn.loss(lifted, batch, TrainingScope(tape: tape, context: context))
      requireScalar(value)
      let number = value.tensor.scalar
      guard number.isFinite else {
        throw TrainingError.lossNotFinite(step: step + 1, epoch: step / stepsPerEpoch + 1, loss: number)
      }
      let upstream = Tensor(repeating: share, shape: value.shape)
      return Contribution(
        loss: Double(number) * Double(share),
        gradients: unrecordedGradients(
          of: value, upstream: upstream, withRespectTo: variables, whenFinal: whenFinal))
    }
  }

  /// Moves the turn's parameters, and stores the new running states.
  mutating func update(
    _ gradients: [Tensor], _ stateUpdates: [Int: Tensor], _ turn: TrainingTurn<Model>, number: Int
  ) {
    let optimizer = turn.optimizer ?? trainer.optimizer
    let rate =
      optimizer.learningRate
      * trainer.schedule.factor(step: step, stepsPerEpoch: stepsPerEpoch, total: totalSteps)
    let scale = trainer.clipping?.scale(gradients) ?? 1
    var (index, moved, stateIndex) = (0, 0, 0)
    var states = states
    self.states = []
    model.visitParameters(
      with: ParameterVisitor(
        parameter: { name, parameter in
          defer { index += 1 }
          guard turn.moves(name) else { return }
          optimizer.update(
            &parameter.tensor, gradient: gradients[moved], state: &states[index], step: number,
            learningRate: rate, gradientScale: scale)
          moved += 1
        },
        state: { _, state in
          if let tensor = stateUpdates[stateIndex] { state.tensor = tensor }
          stateIndex += 1
        }))
    self.states = states
  }

  /// Closes the epoch's books.
  mutating func finishEpoch(validationLoss: Double?) {
    history.append(EpochRecord(loss: lossSum / Double(exampleCount), validationLoss: validationLoss))
    lossSum = 0
    guard let rule = trainer.earlyStopping else { return }
    let (bestEpoch, stops) = rule.judge(history)
    if bestEpoch == history.count - 1 { best = model }
    isStopped = stops
  }

  func result() -> TrainingResult<Model> {
    let bestEpoch = trainer.earlyStopping?.judge(history).best
    return TrainingResult(
      model: best ?? model, history: history, epoch: (bestEpoch ?? history.count - 1) + 1)
  }
}
