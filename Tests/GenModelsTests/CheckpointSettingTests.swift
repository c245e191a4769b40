import GenModels
import Testing

private struct Number: Parameterized {
  var w = Parameter(Tensor([0]))
  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("w", &w) }
}

/// One change of a training: which property of `Trainer` it touches, and what the refusal calls it.
private struct Change: Sendable, CustomTestStringConvertible {
  let property: String
  let setting: String
  let before, after: @Sendable (inout Trainer) -> Void

  init(
    _ property: String, _ setting: String, before: @escaping @Sendable (inout Trainer) -> Void = { _ in },
    after: @escaping @Sendable (inout Trainer) -> Void
  ) {
    self.property = property
    self.setting = setting
    self.before = before
    self.after = after
  }

  var testDescription: String { "\(property), \(setting)" }

  /// From an optimizer to another.
  static func optimizer(_ before: any Optimizer, _ after: any Optimizer) -> Change {
    Change("optimizer", "optimizer", before: { $0.optimizer = before }, after: { $0.optimizer = after })
  }

  static func schedule(_ before: LearningRateSchedule, _ after: LearningRateSchedule) -> Change {
    Change("schedule", "schedule", before: { $0.schedule = before }, after: { $0.schedule = after })
  }

  static func stopping(_ before: EarlyStopping?, _ after: EarlyStopping?) -> Change {
    Change(
      "earlyStopping", "early stopping", before: { $0.earlyStopping = before },
      after: { $0.earlyStopping = after })
  }

  static func clipping(_ before: GradientClipping?, _ after: GradientClipping?) -> Change {
    Change("clipping", "gradient clipping", before: { $0.clipping = before }, after: { $0.clipping = after })
  }
}

private let optimizers: [Change] = [
  .optimizer(SGD(), Adam()), .optimizer(Adam(), RMSProp()), .optimizer(RMSProp(), Adadelta()),
  .optimizer(SGD(momentum: 0.5), SGD(learningRate: 0.02, momentum: 0.5)),
  .optimizer(SGD(momentum: 0.5), SGD(momentum: 0.25)),
  .optimizer(SGD(momentum: 0.5), SGD(momentum: 0.5, isNesterov: true)),
  .optimizer(SGD(momentum: 0.5), SGD(momentum: 0.5, weightDecay: 0.1)),
  .optimizer(Adam(), Adam(learningRate: 0.002)), .optimizer(Adam(), Adam(beta1: 0.8)),
  .optimizer(Adam(), Adam(beta2: 0.99)), .optimizer(Adam(), Adam(epsilon: 1e-7)),
  .optimizer(Adam(), Adam.adamW()),
  .optimizer(Adam.adamW(), Adam.adamW(weightDecay: 0.02)),
  .optimizer(Adadelta(), Adadelta(learningRate: 0.5)), .optimizer(Adadelta(), Adadelta(rho: 0.9)),
  .optimizer(Adadelta(), Adadelta(epsilon: 1e-5)), .optimizer(Adadelta(), Adadelta(weightDecay: 0.1)),
  .optimizer(RMSProp(), RMSProp(learningRate: 0.002)), .optimizer(RMSProp(), RMSProp(alpha: 0.9)),
  .optimizer(RMSProp(), RMSProp(epsilon: 1e-7)), .optimizer(RMSProp(), RMSProp(weightDecay: 0.1)),
]

private let others: [Change] = [
  Change("batchSize", "batch size") { $0.batchSize = 5 },
  Change("batchParts", "parts of a batch") { $0.batchParts = 2 },
  Change("batchParts", "parts of a batch", before: { $0.batchParts = 2 }) { $0.batchParts = 3 },
  Change("batchParts", "parts of a batch", before: { $0.batchParts = 2 }) { $0.batchParts = 1 },
  Change("seed", "seed") { $0.seed = 1 },
  Change("lossSettings", "corruption", before: { $0.lossSettings["corruption"] = "0.1" }) {
    $0.lossSettings["corruption"] = "0.2"
  },
  Change("lossSettings", "corruption") { $0.lossSettings["corruption"] = "0.1" },
  // How many epochs are planned matters only where the rate depends on it.
  Change("epochs", "number of epochs", before: { $0.schedule = .cosine() }) {
    ($0.schedule, $0.epochs) = (.cosine(), 7)
  },
  Change("epochs", "number of epochs", before: { $0.schedule = .warmUp(steps: 2, then: .cosine()) }) {
    ($0.schedule, $0.epochs) = (.warmUp(steps: 2, then: .cosine()), 7)
  },
  .schedule(.constant, .cosine()), .schedule(.cosine(), .constant), .schedule(.cosine(), .cosine(floor: 0.1)),
  .schedule(.steps(epochs: 2, factor: 0.5), .steps(epochs: 3, factor: 0.5)),
  .schedule(.steps(epochs: 2, factor: 0.5), .steps(epochs: 2, factor: 0.25)),
  .schedule(.warmUp(steps: 2, then: .constant), .warmUp(steps: 3, then: .constant)),
  .schedule(.warmUp(steps: 2, then: .constant), .warmUp(steps: 2, then: .steps(epochs: 1, factor: 0.5))),
  .clipping(nil, .norm(1)), .clipping(.norm(1), nil), .clipping(.norm(1), .norm(2)),
  .stopping(nil, EarlyStopping(patience: 3)), .stopping(EarlyStopping(patience: 3), nil),
  .stopping(EarlyStopping(patience: 3), EarlyStopping(patience: 4)),
  .stopping(EarlyStopping(patience: 3), EarlyStopping(patience: 3, minimumImprovement: 0.1)),
]

/// Each setting of a training in turn: a checkpoint of one value is not gone on with under another.
@Suite("Settings that a checkpoint binds")
struct CheckpointSettingTests {
  struct Stop: Error {}

  private func trainer(_ path: String, _ change: (inout Trainer) -> Void) -> Trainer {
    var trainer = Trainer(
      optimizer: SGD(), epochs: 6, batchSize: 4, checkpointing: Checkpointing(path: path, everySteps: 1))
    change(&trainer)
    return trainer
  }

  private func train(_ trainer: Trainer, examples: Int = 10, stop: Int? = nil) throws {
    _ = try trainer.train(
      Number(), on: TrainingSet(.ones([examples, 1])),
      loss: { model, batch, scope in
        let x = scope.constant(batch.inputs).mean()
        return (x.value(of: model.w).sum() - x).squared() + 1
      }, progress: { if $0.step == stop { throw Stop() } })
  }

  /// What a checkpoint of one training says to another.
  private func refusal(_ change: Change, examples: (Int, Int) = (10, 10)) throws -> TrainingError? {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoint"
      #expect(throws: Stop.self) { try train(trainer(path, change.before), examples: examples.0, stop: 4) }
      // The same training goes on.
      #expect(throws: Stop.self) { try train(trainer(path, change.before), examples: examples.0, stop: 5) }
      do {
        try train(trainer(path, change.after), examples: examples.1)
        return nil
      } catch let error as TrainingError { return error }
    }
  }

  @Test(
    "A training with one other setting is refused, and the setting is named", arguments: optimizers + others)
  fileprivate func everySetting(_ change: Change) throws {
    let error = try refusal(change)
    guard case .checkpointOfOtherTraining(_, let setting, let found, let expected) = error else {
      Issue.record(
        "\(change.testDescription) went through, or with another error: \(String(describing: error))")
      return
    }
    #expect(setting == change.setting)
    #expect(found != expected)
  }

  @Test("Another number of examples is refused, and named")
  func exampleCount() throws {
    let nothing = Change("", "") { _ in }
    // As many steps an epoch, or not.
    for other in [11, 9, 14, 20] {
      let error = try refusal(nothing, examples: (10, other))
      guard case .checkpointOfOtherTraining(_, "number of examples", "10", "\(other)") = error else {
        Issue.record("\(other) examples: \(String(describing: error))")
        continue
      }
    }
  }

  @Test("More epochs, another place or distance of checkpoints are no other training")
  func allowed() throws {
    #expect(try refusal(Change("epochs", "") { $0.epochs = 9 }) == nil)
    #expect(try refusal(Change("checkpointing", "") { $0.checkpointing!.steps = 3 }) == nil)
  }

  @Test("The table has every property of a trainer, and every setting of the optimizers")
  func complete() {
    let properties = Set(Mirror(reflecting: Trainer()).children.compactMap(\.label))
    #expect(Set((optimizers + others).map(\.property)).union(["checkpointing", "group"]) == properties)
    for optimizer in [SGD(), Adam(), Adadelta(), RMSProp()] as [any Optimizer] {
      let settings = Mirror(reflecting: optimizer).children.count
      let kind = "\(type(of: optimizer))"
      var trainers = (Trainer(), Trainer())
      let changed = optimizers.filter { change in
        change.before(&trainers.0)
        change.after(&trainers.1)
        return "\(type(of: trainers.0.optimizer))" == kind && "\(type(of: trainers.1.optimizer))" == kind
      }
      #expect(
        changed.count >= settings,
        "\(kind) has \(settings) settings, and \(changed.count) changes of them are tried")
    }
  }

  @Test("Every word of a checkpoint that is missing or senseless is refused")
  func damage() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoint"
      func fresh() -> Trainer {
        trainer(path) { ($0.optimizer, $0.earlyStopping) = (Adam(), EarlyStopping(patience: 9)) }
      }
      #expect(throws: Stop.self) { try train(fresh(), stop: 4) }
      let file = try SafetensorsFile(contentsOf: path)
      #expect(
        Set(file.names) == [
          "training.history", "training.loss_sum", "model.w", "best.w", "optimizer.0.w", "optimizer.1.w",
        ])
      for name in file.names where name != "best.w" {
        var damaged = file
        damaged[name] = nil
        try damaged.write(to: path)
        #expect(throws: (any Error).self, "\(name)") { try train(fresh()) }
      }
      for key in file.metadata.keys {
        var damaged = file
        damaged.metadata[key] = nil
        try damaged.write(to: path)
        #expect(throws: TrainingError.self, "\(key)") { try train(fresh()) }
      }
      for step in ["-1", "x", "", "3.5", "7"] {
        var damaged = file
        damaged.metadata["step"] = step
        try damaged.write(to: path)
        #expect(throws: (any Error).self, "step \(step)") { try train(fresh()) }
      }
      try file.write(to: path)
      try train(fresh())
    }
  }
}
