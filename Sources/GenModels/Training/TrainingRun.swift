/// The state of one training: all that changes from step to step, and nothing else.
struct TrainingRun<Model: Parameterized> {
  let trainer: Trainer
  let exampleCount: Int
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

  init(trainer: Trainer, model: Model, exampleCount: Int) {
    self.trainer = trainer
    self.model = model
    self.exampleCount = exampleCount
    stepsPerEpoch = (exampleCount + trainer.batchSize - 1) / trainer.batchSize
    totalSteps = stepsPerEpoch * trainer.epochs
    random = RandomGenerator(seed: trainer.seed).split("training")
    states = model.namedParameters.map { parameter in
      (0..<trainer.optimizer.stateCount).map { _ in .zeros(parameter.tensor.shape) }
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

  /// Takes one step on the examples in `rows`; returns the batch's loss.
  mutating func take(_ rows: Indexes, of data: TrainingSet, loss: Trainer.Loss<Model>) throws -> Double {
    let context = Context.training(using: random.split("step").split(UInt64(step)))
    let count = rows.count
    let size = (count + trainer.batchParts - 1) / trainer.batchParts
    var value = 0.0
    var gradients: [Tensor] = []
    try WeightForms.$areKept.withValue(count > size) {
      for start in stride(from: 0, to: count, by: size) {
        let part = start..<min(count, start + size)
        let share = Float(part.count) / Float(count)
        let batch = data.batch(part.count == count ? rows : rows.sliced(part))
        let (partValue, partGradients) = try gradient(of: loss, batch, context, share: share)
        value += partValue * Double(share)
        if start == 0 {
          gradients = partGradients
        } else {
          for index in gradients.indices { gradients[index].add(partGradients[index]) }
        }
      }
    }
    update(gradients, context.stateUpdates)
    step += 1
    lossSum += value * Double(count)
    return value
  }

  /// The loss of some of a batch's examples, and `share` times its gradients.
  private func gradient(
    of loss: Trainer.Loss<Model>, _ batch: Batch, _ context: Context, share: Float
  ) throws -> (Double, [Tensor]) {
    try inScope { tape in
      let (lifted, variables) = lift(model, onto: tape)
      let value = try loss(lifted, batch, TrainingScope(tape: tape, context: context))
      requireScalar(value)
      let number = value.tensor.scalar
      guard number.isFinite else {
        throw TrainingError.lossNotFinite(step: step + 1, epoch: step / stepsPerEpoch + 1, loss: number)
      }
      let upstream = Tensor(repeating: share, shape: value.shape)
      return (
        Double(number), unrecordedGradients(of: value, upstream: upstream, withRespectTo: variables)
      )
    }
  }

  /// A copy of the model whose parameters stand on the tape, and those as variables, in the order of visits.
  private func lift(_ model: Model, onto tape: Tape) -> (Model, [Variable]) {
    var lifted = model
    var variables: [Variable] = []
    var stateCount = 0
    lifted.visitParameters(
      with: ParameterVisitor(
        parameter: { _, parameter in
          let variable = tape.variable(parameter.tensor)
          parameter.slot = variable.slot
          parameter.tape = tape.identifier
          variables.append(variable)
        },
        state: { _, state in
          state.key = stateCount
          stateCount += 1
        }))
    return (lifted, variables)
  }

  /// Moves the parameters, and stores the new running states.
  private mutating func update(_ gradients: [Tensor], _ stateUpdates: [Int: Tensor]) {
    let rate =
      trainer.optimizer.learningRate
      * trainer.schedule.factor(step: step, stepsPerEpoch: stepsPerEpoch, total: totalSteps)
    let scale = trainer.clipping?.scale(gradients) ?? 1
    let (optimizer, number) = (trainer.optimizer, step + 1)
    var (index, stateIndex) = (0, 0)
    var states = states
    self.states = []
    model.visitParameters(
      with: ParameterVisitor(
        parameter: { _, parameter in
          optimizer.update(
            &parameter.tensor, gradient: gradients[index], state: &states[index], step: number,
            learningRate: rate, gradientScale: scale)
          index += 1
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
