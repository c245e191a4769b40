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
  /// Every setting but the threads, the digests of the examples and of the model that the training starts from. The number of
  /// epochs may change where no step depends on it.
  func identity<Model: Parameterized>(
    of model: Model, _ data: TrainingSet, _ validation: TrainingSet?
  ) -> [(name: String, value: String)] {
    var start = ContentDigest()
    for (name, tensor) in model.namedTensors {
      start.add(name)
      start.add(tensor)
    }
    var identity = [
      ("optimizer", "\(optimizer)"), ("batch size", "\(batchSize)"), ("seed", "\(seed)"),
      ("number of examples", "\(data.count)"), ("digest of the training examples", data.digest),
      ("digest of the validation examples", validation?.digest ?? "none"),
      ("schedule", "\(schedule)"), ("gradient clipping", clipping.map { "\($0)" } ?? "none"),
      ("early stopping", earlyStopping.map { "\($0)" } ?? "none"), ("parts of a batch", "\(batchParts)"),
      ("architecture", architecture(of: model)), ("digest of the first parameters", start.text),
    ]
    if schedule.dependsOnEpochs { identity.append(("number of epochs", "\(epochs)")) }
    return identity + lossSettings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What a model's file says of it, besides its numbers; "not stated" for one that can't be saved.
  private func architecture<Trained: Parameterized>(of model: Trained) -> String {
    guard let model = model as? any Model, let archive = try? model.archive() else { return "not stated" }
    return "\(archive.kind) \(archive.configurationText)"
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
    // All of a group have the same state.
    guard let checkpointing = trainer.checkpointing, trainer.group?.rank ?? 0 == 0 else { return }
    var file = SafetensorsFile(metadata: [Key.step: "\(step)"])
    for setting in identity { file.metadata[Key.setting(setting.name)] = setting.value }
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
    file.seal()
    try file.write(to: checkpointing.path)
  }

  /// Takes over the state in the checkpoint, where there is one.
  mutating func resume() throws {
    guard let path = trainer.checkpointing?.path, let file = try checkpoint(path) else { return }
    func damaged(_ reason: String) -> TrainingError { .damagedCheckpoint(path: path, reason: reason) }
    let isVersionOne = file.metadata.keys.allSatisfy { !SafetensorsFile.sealKeys.contains($0) }
    if !isVersionOne {
      do { try file.requireSeal() } catch { throw damaged("\(error)") }
    }
    try requireSameTraining(file, path, isVersionOne: isVersionOne)
    guard let step = file.metadata[Key.step].flatMap({ Int($0) }), step >= 0 else {
      throw damaged("the number of steps is missing")
    }
    guard step <= totalSteps else {
      throw damaged(
        "it is \(step) steps old, and the whole training has \(totalSteps) of \(trainer.epochs) epochs")
    }
    let epochs = step / stepsPerEpoch
    let records = try file.doubles(Key.history, shape: [epochs, 2])
    let lossSum = try file.doubles(Key.lossSum, shape: [1])[0]
    guard lossSum.isFinite,
      records.indices.allSatisfy({ records[$0].isFinite || $0 % 2 == 1 && records[$0].isNaN })
    else {
      throw damaged("its losses are not finite")
    }
    self.lossSum = lossSum
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

  /// The checkpoint's file; nil where there is none, or where another run of the same training has just ended and removed it.
  private func checkpoint(_ path: String) throws -> SafetensorsFile? {
    guard access(path, F_OK) == 0 else { return nil }
    do {
      return try SafetensorsFile(contentsOf: path)
    } catch {
      if access(path, F_OK) != 0 { return nil }
      throw error
    }
  }

  /// Throws for the first setting in which a checkpoint differs, in either direction.
  private func requireSameTraining(
    _ file: SafetensorsFile, _ path: String, isVersionOne: Bool
  ) throws(TrainingError) {
    let known = Set(identity.map { Key.setting($0.name) })
    let others = file.metadata.keys.filter { $0.hasPrefix(Key.setting("")) && !known.contains($0) }.sorted()
    let settings = identity + others.map { (String($0.dropFirst(Key.setting("").count)), "not stated") }
    for (name, expected) in settings where !isVersionOne || Self.versionOneSettings.contains(name) {
      var found = file.metadata[Key.setting(name)] ?? "not stated"
      if isVersionOne, name == "parts of a batch", found == "not stated" { found = "1" }
      guard found == expected else {
        throw .checkpointOfOtherTraining(path: path, setting: name, found: found, expected: expected)
      }
    }
  }

  /// What checkpoints of version 1, which have no checksum either, state.
  private static var versionOneSettings: Set<String> {
    [
      "optimizer", "batch size", "seed", "number of examples", "schedule", "gradient clipping",
      "early stopping",
      "parts of a batch", "number of epochs",
    ]
  }

  /// The tensors under a prefix, by their names without it.
  private func tensors(_ prefix: String, in file: SafetensorsFile) throws -> [String: Tensor] {
    var found: [String: Tensor] = [:]
    for name in file.names where name.hasPrefix(prefix) {
      let tensor = try file.tensor(name)
      if let position = tensor.firstNonFinite {
        throw TrainingError.damagedCheckpoint(
          path: trainer.checkpointing?.path ?? "", reason: "\(name) holds \(tensor.buffer.base[position])")
      }
      found[String(name.dropFirst(prefix.count))] = tensor
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
