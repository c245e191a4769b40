import GenModels
import Testing

/// Points and a linear rule with noise, to regress on.
private func line(_ count: Int = 200, seed: UInt64 = 3) throws -> TrainingSet {
  var random = RandomGenerator(seed: seed)
  let x = random.normal([count, 2])
  let y = x.matrixProduct(Tensor([2, -1], shape: [2, 1])) + 0.5 + random.normal([count, 1]) * 0.01
  return try TrainingSet(x, targets: y)
}

private func model(seed: UInt64 = 1) -> Dense {
  var random = RandomGenerator(seed: seed)
  return Dense(inputs: 2, outputs: 1, using: &random)
}

private func squaredError(_ model: Dense, _ batch: Batch, _ scope: TrainingScope) -> Variable {
  (model(scope.constant(batch.inputs), scope.context) - batch.targets!).squared().mean()
}

/// A small autoencoder with everything that has state: dropout, batch-norm, winner-take-all.
private func autoencoder() -> Sequential {
  Sequential(
    [
      .convolution(channels: 6, kernel: 3, activation: .relu),
      .winnerTakeAll(channelSparsity: 0.5),
      .convolution(channels: 4, kernel: 3, activation: .relu, padding: .full),
      .batchNormalization,
      .dropout(probability: 0.1),
      .convolution(channels: 1, kernel: 3, activation: .sigmoid, padding: .same),
    ], exampleShape: [10, 10, 1], seed: 4)
}

private func images(_ count: Int = 50) throws -> TrainingSet {
  var random = RandomGenerator(seed: 8)
  return try TrainingSet(random.uniform([count, 10, 10, 1]))
}

private func reconstructionError(_ model: Sequential, _ batch: Batch, _ scope: TrainingScope) -> Variable {
  let x = scope.constant(batch.inputs)
  return (model(x, scope.context) - x).squared().mean()
}

@Suite("Training")
struct TrainerTests {
  @Test(
    "Every optimizer finds the line",
    arguments: [
      SGD(learningRate: 0.1), SGD(learningRate: 0.02, momentum: 0.9),
      SGD(learningRate: 0.02, momentum: 0.9, isNesterov: true), Adam(learningRate: 0.05),
      Adam.adamW(learningRate: 0.05, weightDecay: 1e-4), Adadelta(learningRate: 10),
      RMSProp(learningRate: 0.01),
    ] as [any Optimizer])
  func convergence(_ optimizer: any Optimizer) throws {
    let trainer = Trainer(optimizer: optimizer, epochs: 40, batchSize: 20)
    let result = try trainer.train(model(), on: line(), loss: squaredError)
    #expect(abs(result.model.weight.tensor[0, 0] - 2) < 0.05)
    #expect(abs(result.model.weight.tensor[1, 0] + 1) < 0.05)
    #expect(abs(result.model.bias.tensor[0] - 0.5) < 0.05)
    #expect(result.history.count == 40)
    #expect(result.history.last!.loss < result.history[0].loss / 10)
  }

  @Test("Progress counts steps and epochs, and reports each epoch's mean loss")
  func progress() throws {
    var steps: [Int] = []
    var finished: [EpochRecord] = []
    let trainer = Trainer(optimizer: SGD(learningRate: 0.1), epochs: 3, batchSize: 64)
    let result = try trainer.train(model(), on: line(), validation: line(50, seed: 9), loss: squaredError) {
      steps.append($0.step)
      #expect($0.steps == 12 && $0.epochs == 3 && $0.epoch == ($0.step - 1) / 4 + 1)
      #expect($0.examplesPerSecond > 0 && $0.secondsLeft >= 0)
      if let record = $0.finishedEpoch { finished.append(record) }
    }
    #expect(steps == Array(1...12))
    #expect(finished == result.history)
    #expect(finished.allSatisfy { $0.validationLoss != nil })
  }

  @Test("The same bits for one thread and for several, and another seed gives others")
  func determinism() throws {
    func trained(seed: UInt64, threads: Int) throws -> [Tensor] {
      try Parallelism.withThreads(threads) {
        try Trainer(epochs: 2, batchSize: 16, seed: seed)
          .train(autoencoder(), on: images(), loss: reconstructionError).model.namedTensors.map(\.tensor)
      }
    }
    let first = try trained(seed: 1, threads: 1)
    #expect(try trained(seed: 1, threads: 2) == first)
    #expect(try trained(seed: 1, threads: 3) == first)
    #expect(try trained(seed: 2, threads: 1) != first)
  }

  @Test("A training stopped anywhere and resumed ends with the bits of one that ran through")
  func resumption() throws {
    struct Stop: Error {}
    try withTemporaryFolder { folder in
      func trainer(_ path: String?) -> Trainer {
        Trainer(
          optimizer: Adam(), epochs: 3, batchSize: 16, seed: 5, clipping: .norm(1),
          earlyStopping: EarlyStopping(patience: 2),
          checkpointing: path.map { Checkpointing(path: $0, everySteps: 3) })
      }
      let whole = try trainer(nil).train(
        autoencoder(), on: images(), validation: images(20), loss: reconstructionError)
      for stop in [2, 3, 4, 7, 11] {
        let path = "\(folder)/stopped-\(stop)"
        #expect(throws: Stop.self) {
          try trainer(path).train(
            autoencoder(), on: images(), validation: images(20), loss: reconstructionError
          ) { if $0.step == stop { throw Stop() } }
        }
        let resumed = try trainer(path).train(
          autoencoder(), on: images(), validation: images(20), loss: reconstructionError)
        #expect(resumed.model.namedTensors.map(\.tensor) == whole.model.namedTensors.map(\.tensor))
        #expect(resumed.history == whole.history)
        #expect(resumed.epoch == whole.epoch)
      }
    }
  }

  @Test("A checkpoint of other settings is refused, and says which")
  func otherTraining() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoint"
      func train(seed: UInt64) throws {
        _ = try Trainer(epochs: 1, seed: seed, checkpointing: Checkpointing(path: path))
          .train(model(), on: line(), loss: squaredError)
      }
      try train(seed: 1)
      #expect(
        throws: TrainingError.checkpointOfOtherTraining(
          path: path, setting: "seed", found: "1", expected: "2")
      ) { try train(seed: 2) }
    }
  }

  @Test("A cancelled task stops the training")
  func cancellation() async throws {
    let task = Task {
      try Trainer(epochs: 1_000_000).train(model(), on: line(), loss: squaredError).history.count
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("A loss that is not finite names its step")
  func divergence() throws {
    let trainer = Trainer(optimizer: SGD(learningRate: 1e20), epochs: 10, batchSize: 200)
    let error = try #require(throws: TrainingError.self) {
      try trainer.train(model(), on: line(), loss: squaredError)
    }
    guard case .lossNotFinite(let step, let epoch, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(step == epoch && step > 1)
    #expect(error.description.contains("at step \(step)"))
  }

  @Test("Bad training data are refused before training, with the first bad example")
  func badData() throws {
    var inputs = Tensor.zeros([5, 3])
    inputs[2, 1] = .nan
    inputs[4, 0] = .infinity
    let error = try #require(throws: TrainingError.self) { try TrainingSet(inputs) }
    guard case .notFinite("input", 2, let value) = error, value.isNaN else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains("training example 2"))
    #expect(throws: TrainingError.noExamples) { try TrainingSet(.zeros([0, 3])) }
    #expect(throws: TrainingError.countsDiffer(examples: 5, what: "labels", count: 4)) {
      try TrainingSet(.zeros([5, 3]), labels: Indexes([0, 1, 2, 3]))
    }
    var targets = Tensor.zeros([5, 1])
    targets[3, 0] = -.infinity
    #expect(throws: TrainingError.notFinite(what: "target", example: 3, value: -.infinity)) {
      try TrainingSet(.zeros([5, 3]), targets: targets)
    }
  }

  @Test("Early stopping keeps the best epoch's parameters")
  func earlyStopping() throws {
    // A rate that overshoots after a while: the validation loss falls and then rises.
    let trainer = Trainer(
      optimizer: SGD(learningRate: 0.05), epochs: 200, batchSize: 200,
      schedule: .steps(epochs: 10, factor: 3), earlyStopping: EarlyStopping(patience: 3))
    let result = try trainer.train(model(), on: line(), validation: line(50, seed: 9), loss: squaredError)
    let losses = result.history.map { $0.validationLoss! }
    let best = losses.indices.min { losses[$0] < losses[$1] }!
    #expect(result.epoch == best + 1)
    #expect(result.history.count == best + 4)
    let measured = try trainer.mean(squaredError, of: result.model, on: line(50, seed: 9))
    #expect(abs(measured - losses[best]) < 1e-9)
  }

  @Test("Schedules")
  func schedules() {
    func factors(_ schedule: LearningRateSchedule) -> [Double] {
      (0..<6).map { schedule.factor(step: $0, stepsPerEpoch: 2, total: 6) }
    }
    #expect(factors(.constant) == [1, 1, 1, 1, 1, 1])
    #expect(factors(.steps(epochs: 1, factor: 0.5)) == [1, 1, 0.5, 0.5, 0.25, 0.25])
    #expect(factors(.warmUp(steps: 4, then: .constant)) == [0.25, 0.5, 0.75, 1, 1, 1])
    let cosine = factors(.cosine(floor: 0.1))
    #expect(cosine[0] == 1 && abs(cosine[3] - 0.55) < 1e-12)
  }
}
