#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where and how often a training's state is saved. A training whose checkpoint exists goes on from it.
public struct Checkpointing: Sendable, Hashable {
  /// The file, a `.safetensors`. It is replaced as a whole, so that it is never half written.
  public var path: String
  /// Steps from one save to the next. A save follows the last step in any case.
  public var steps: Int

  public init(path: String, everySteps steps: Int = 500) {
    precondition(steps >= 1, "Checkpoints are at least one step apart, and \(steps) were asked for.")
    self.path = path
    self.steps = steps
  }
}

/// What decides a training's course besides the model and the data, as text, by name. A checkpoint is resumed only when
/// all of it agrees.
extension Trainer {
  func settings(exampleCount: Int) -> [(name: String, value: String)] {
    [
      ("optimizer", "\(optimizer)"), ("batch size", "\(batchSize)"), ("seed", "\(seed)"),
      ("number of examples", "\(exampleCount)"), ("schedule", "\(schedule)"),
      ("gradient clipping", clipping.map { "\($0)" } ?? "none"),
      ("early stopping", earlyStopping.map { "\($0)" } ?? "none"),
    ] + (batchParts > 1 ? [("parts of a batch", "\(batchParts)")] : [])
      + (schedule.dependsOnEpochs ? [("number of epochs", "\(epochs)")] : [])
  }
}

/// The names in a checkpoint.
private enum Key {
  static let step = "step"
  static let history = "training.history"
  static let lossSum = "training.loss_sum"
  static let model = "model."
  static let best = "best."
  static func setting(_ name: String) -> String { "setting " + name }
  static func optimizer(_ state: Int) -> String { "optimizer.\(state)." }
}

extension TrainingRun {
  /// Saves the state where checkpoints are asked for and one is due.
  func saveIfDue() throws {
    guard let checkpointing = trainer.checkpointing else { return }
    if step % checkpointing.steps == 0 || step == totalSteps || isStopped { try save() }
  }

  /// Saves the state where checkpoints are asked for.
  func save() throws {
    guard let checkpointing = trainer.checkpointing else { return }
    var file = SafetensorsFile(metadata: [Key.step: "\(step)"])
    for setting in trainer.settings(exampleCount: exampleCount) {
      file.metadata[Key.setting(setting.name)] = setting.value
    }
    // NaN marks an epoch without a validation loss.
    file[Key.history] = .float64(
      history.flatMap { [$0.loss, $0.validationLoss ?? .nan] }, shape: [history.count, 2])
    file[Key.lossSum] = .float64([lossSum], shape: [1])
    for (name, tensor) in model.namedTensors { file[Key.model + name] = .float32(tensor) }
    for (name, tensor) in best?.namedTensors ?? [] { file[Key.best + name] = .float32(tensor) }
    for (parameter, states) in zip(model.namedParameters, states) {
      for (number, state) in states.enumerated() {
        file[Key.optimizer(number) + parameter.name] = .float32(state)
      }
    }
    try file.write(to: checkpointing.path)
  }

  /// Takes over the state in the checkpoint, where there is one.
  mutating func resume() throws {
    guard let path = trainer.checkpointing?.path, access(path, F_OK) == 0 else { return }
    let file = try SafetensorsFile(contentsOf: path)
    let settings = trainer.settings(exampleCount: exampleCount)
    for setting in settings {
      let found = file.metadata[Key.setting(setting.name)] ?? "not stated"
      guard found == setting.value else {
        throw TrainingError.checkpointOfOtherTraining(
          path: path, setting: setting.name, found: found, expected: setting.value)
      }
    }
    // A setting that is stated only where it is not the usual one was used, and is not asked for now.
    let names = Set(settings.map { Key.setting($0.name) })
    let prefix = Key.setting("")
    if let key = file.metadata.keys.filter({ $0.hasPrefix(prefix) && !names.contains($0) }).min() {
      throw TrainingError.checkpointOfOtherTraining(
        path: path, setting: String(key.dropFirst(prefix.count)), found: file.metadata[key]!,
        expected: "not stated")
    }
    func damaged(_ reason: String) -> TrainingError { .damagedCheckpoint(path: path, reason: reason) }
    guard let step = file.metadata[Key.step].flatMap({ Int($0) }), step >= 0 else {
      throw damaged("the number of steps is missing")
    }
    let epochs = step / stepsPerEpoch
    let records = try file.doubles(Key.history, shape: [epochs, 2])
    lossSum = try file.doubles(Key.lossSum, shape: [1])[0]
    self.step = step
    history = (0..<epochs).map {
      EpochRecord(
        loss: records[2 * $0], validationLoss: records[2 * $0 + 1].isNaN ? nil : records[2 * $0 + 1])
    }
    try model.setTensors(tensors(Key.model, in: file))
    let bestTensors = try tensors(Key.best, in: file)
    if !bestTensors.isEmpty {
      var restored = model
      try restored.setTensors(bestTensors)
      best = restored
    }
    for (index, parameter) in model.namedParameters.enumerated() {
      for number in states[index].indices {
        states[index][number] = try file.tensor(
          Key.optimizer(number) + parameter.name, shape: parameter.tensor.shape)
      }
    }
    if let rule = trainer.earlyStopping, !history.isEmpty { isStopped = rule.judge(history).stops }
  }

  /// The tensors under a prefix, by their names without it.
  private func tensors(_ prefix: String, in file: SafetensorsFile) throws -> [String: Tensor] {
    var found: [String: Tensor] = [:]
    for name in file.names where name.hasPrefix(prefix) {
      found[String(name.dropFirst(prefix.count))] = try file.tensor(name)
    }
    return found
  }
}

extension LearningRateSchedule {
  /// Whether the factor at a step depends on how many epochs are planned.
  fileprivate var dependsOnEpochs: Bool {
    switch self {
    case .constant, .steps: false
    case .cosine: true
    case .warmUp(_, let then): then.dependsOnEpochs
    }
  }
}
