import GenModels
import Testing

/// Two groups of numbers; the loss decides their gradients.
private struct Pair: Parameterized {
  var a = Parameter(Tensor([0, 0]))
  var b = Parameter(Tensor([0]))
  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("a", &a)
    visitor.visit("b", &b)
  }

  var numbers: [Float] { a.tensor.elements + b.tensor.elements }
}

/// One number.
private struct Number: Parameterized {
  var w = Parameter(Tensor([0]))
  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("w", &w) }

  /// w, in a scope.
  func variable(_ scope: TrainingScope) -> Variable { scope.constant(Tensor([0])).value(of: w).sum() }
}

/// A layer that normalizes, alone.
private struct Normalizer: Layer {
  var norm: BatchNorm
  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value { norm(x, context) }
  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("norm", &norm) }
}

/// What happens within steps and epochs, pinned by numbers that are computed here.
@Suite("State of a training")
struct TrainingStateTests {
  private func column(_ numbers: [Float]) -> Tensor { Tensor(numbers, shape: [numbers.count, 1]) }

  // MARK: Clipping

  /// The numbers after one step of gradient descent with rate 1 along the gradients (3, 4) and 12, of norm 13.
  private func clipped(_ clipping: GradientClipping?, parts: Int = 1) throws -> [Float] {
    let trainer = Trainer(
      optimizer: SGD(learningRate: 1), epochs: 1, batchSize: 2, batchParts: parts, clipping: clipping)
    return try trainer.train(Pair(), on: TrainingSet(.zeros([2, 1]))) { model, _, scope in
      let a = scope.constant(Tensor([3, 4])).value(of: model.a) * scope.constant(Tensor([3, 4]))
      return a.sum() + scope.constant(Tensor([0])).value(of: model.b).sum() * 12
    }.model.numbers
  }

  @Test("Clipping shortens all gradients together to the bound, and leaves shorter ones alone")
  func clipping() throws {
    for parts in [1, 2] {
      #expect(try clipped(nil, parts: parts) == [-3, -4, -12])
      #expect(try clipped(.norm(13.5), parts: parts) == [-3, -4, -12])
      #expect(try clipped(.norm(13), parts: parts) == [-3, -4, -12])
      for (found, expected) in zip(try clipped(.norm(6.5), parts: parts), [-1.5, -2, -6] as [Float]) {
        #expect(abs(found - expected) < 1e-6)
      }
      let short = try clipped(.norm(0.13), parts: parts)
      for (found, expected) in zip(short, [-0.03, -0.04, -0.12] as [Float]) {
        #expect(abs(found - expected) < 1e-7)
      }
    }
  }

  // MARK: Ragged batches and parts

  @Test(
    "An epoch's loss is the mean over examples, also where the last batch is short",
    arguments: [1, 2, 3, 4, 5, 7])
  func epochLoss(batch: Int) throws {
    let values: [Float] = [1, 10, 100, 1000, 10_000]
    let trainer = Trainer(optimizer: SGD(learningRate: 0), epochs: 2, batchSize: batch)
    let result = try trainer.train(
      Number(), on: TrainingSet(column(values)), validation: TrainingSet(column([3, 3, 3, 3, 90]))
    ) { model, batch, scope in
      scope.constant(batch.inputs).mean() + model.variable(scope)
    }
    for record in result.history {
      #expect(abs(record.loss - 2222.2) < 1e-3)
      #expect(abs(record.validationLoss! - 20.4) < 1e-5)
    }
    let mean = try trainer.mean(
      { model, batch, scope in scope.constant(batch.inputs).mean() }, of: Number(),
      on: TrainingSet(column(values)))
    #expect(abs(mean - 2222.2) < 1e-3)
  }

  @Test(
    "A batch in parts has the loss and the gradient of the whole batch, whichever part is short",
    arguments: [(5, 2), (5, 3), (5, 4), (7, 3), (3, 3)])
  func parts(count: Int, parts: Int) throws {
    let values = (0..<count).map { Float(1 << $0) }
    let mean = Double((1 << count) - 1) / Double(count)
    var losses: [Double] = []
    let trainer = Trainer(optimizer: SGD(learningRate: 1), epochs: 1, batchSize: count, batchParts: parts)
    let result = try trainer.train(
      Number(), on: TrainingSet(column(values)),
      loss: { model, batch, scope in
        // The mean of x + w x: the loss is that of x, and the gradient too.
        let x = scope.constant(batch.inputs).mean()
        return x + x * model.variable(scope)
      }, progress: { losses.append($0.loss) })
    #expect(abs(losses[0] - mean) < 1e-5 * mean)
    #expect(abs(Double(result.model.w.tensor.scalar) + mean) < 1e-5 * mean)
    #expect(abs(result.history[0].loss - mean) < 1e-5 * mean)
  }

  // MARK: Random numbers and the order of examples

  /// The first random number of each step, or of each part of one, of a training of some epochs.
  private func draws(_ count: Int, batch: Int, parts: Int = 1, epochs: Int, seed: UInt64 = 5) throws
    -> [Float]
  {
    var draws: [Float] = []
    let trainer = Trainer(optimizer: SGD(), epochs: epochs, batchSize: batch, batchParts: parts, seed: seed)
    _ = try trainer.train(Number(), on: TrainingSet(.zeros([count, 1]))) { model, _, scope in
      draws.append(scope.context.withRandom { $0.uniform([1]).scalar })
      return model.variable(scope)
    }
    return draws
  }

  @Test("The random numbers of a step depend on the seed and the step's number alone")
  func randomStream() throws {
    let expected = (0..<12).map { step -> Float in
      var random = RandomGenerator(seed: 5).split("training").split("step").split(UInt64(step))
      return random.uniform([1]).scalar
    }
    #expect(Set(expected).count == 12)
    // 3 steps an epoch, 5, and 1.
    #expect(try draws(6, batch: 2, epochs: 4) == expected)
    #expect(try draws(10, batch: 2, epochs: 2) == Array(expected.prefix(10)))
    #expect(try draws(5, batch: 8, epochs: 7) == Array(expected.prefix(7)))
    #expect(Set(try draws(6, batch: 2, epochs: 4, seed: 6)).isDisjoint(with: expected))
  }

  @Test("The parts of a batch go on with the step's random numbers")
  func randomParts() throws {
    let expected = (0..<3).flatMap { step -> [Float] in
      var random = RandomGenerator(seed: 5).split("training").split("step").split(UInt64(step))
      return [random.uniform([1]).scalar, random.uniform([1]).scalar]
    }
    #expect(try draws(6, batch: 2, parts: 2, epochs: 1) == expected)
  }

  @Test("Each epoch has its own order of all examples, whatever the batches", arguments: [1, 2, 3, 4, 7])
  func order(batch: Int) throws {
    var seen: [Float] = []
    let trainer = Trainer(optimizer: SGD(), epochs: 3, batchSize: batch, seed: 5)
    _ = try trainer.train(Number(), on: TrainingSet(column([0, 1, 2, 3, 4, 5, 6]))) { model, batch, scope in
      seen += batch.inputs.elements
      return model.variable(scope)
    }
    let expected = (0..<3).flatMap { epoch -> [Float] in
      var random = RandomGenerator(seed: 5).split("training").split("shuffle").split(UInt64(epoch))
      return random.permutation(7).elements.map { Float($0) }
    }
    #expect(seen == expected)
    #expect(Set([0..<7, 7..<14, 14..<21].map { Array(seen[$0]) }).count == 3)
  }

  @Test("Inputs, targets and labels of an example stay together")
  func together() throws {
    let numbers = (0..<11).map { Float($0) }
    let data = try TrainingSet(
      column(numbers), targets: column(numbers.map { 100 + $0 }), labels: Indexes((0..<11).map { 3 * $0 }))
    var count = 0
    for parts in [1, 2] {
      let trainer = Trainer(optimizer: SGD(), epochs: 2, batchSize: 4, batchParts: parts)
      _ = try trainer.train(Number(), on: data, validation: data) { model, batch, scope in
        #expect(batch.targets!.elements == batch.inputs.elements.map { 100 + $0 })
        #expect(batch.labels!.elements.map { Float($0) } == batch.inputs.elements.map { 3 * $0 })
        count += batch.count
        return model.variable(scope)
      }
    }
    #expect(count == 2 * 2 * 2 * 11)
  }

  // MARK: Early stopping

  /// A training whose validation losses are given; w is the number of steps taken, one an epoch.
  private func stopped(
    _ losses: [Double], patience: Int, improvement: Double = 0, validated: Bool = true
  ) throws -> (epoch: Int, epochs: Int, kept: Float) {
    var (trained, validations) = (0, 0)
    let trainer = Trainer(
      optimizer: SGD(learningRate: 1), epochs: losses.count, batchSize: 4,
      earlyStopping: EarlyStopping(patience: patience, minimumImprovement: improvement))
    let data = try TrainingSet(.zeros([3, 1]))
    let result = try trainer.train(Number(), on: data, validation: validated ? data : nil) {
      model, _, scope in
      if scope.context.isTraining {
        defer { trained += 1 }
        // Falling training losses that are not looked at where there are others.
        let value = validated ? 1 / Double(trained + 1) : losses[trained]
        return model.variable(scope) * -1 + scope.constant(Tensor(Float(value) + model.w.tensor.scalar))
      }
      defer { validations += 1 }
      return scope.constant(Tensor(Float(losses[validations])))
    }
    return (result.epoch, result.history.count, result.model.w.tensor.scalar)
  }

  @Test(
    "Early stopping keeps the first of the best epochs, and waits for as many as it says",
    arguments: [true, false])
  func earlyStopping(validated: Bool) throws {
    func expect(
      _ losses: [Double], patience: Int, improvement: Double = 0, best: Int, epochs: Int,
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      let found = try stopped(losses, patience: patience, improvement: improvement, validated: validated)
      #expect(found.epoch == best, sourceLocation: location)
      #expect(found.epochs == epochs, sourceLocation: location)
      // The parameters of the best epoch, which are not those of the last.
      #expect(found.kept == Float(best), sourceLocation: location)
    }
    try expect([5, 4, 3, 2, 1], patience: 1, best: 5, epochs: 5)
    try expect([5, 4, 6, 3, 1], patience: 1, best: 2, epochs: 3)
    try expect([5, 4, 6, 3, 7, 8, 9], patience: 2, best: 4, epochs: 6)
    // Equal is not better: the first of equals is kept.
    try expect([4, 4, 4, 4, 4], patience: 2, best: 1, epochs: 3)
    try expect([4, 3, 3, 3, 2], patience: 3, best: 5, epochs: 5)
    // The improvement counts from the best so far, not from the epoch before, and must be more than asked for.
    try expect([4, 3.75, 3.5, 3.25, 3], patience: 2, improvement: 0.25, best: 5, epochs: 5)
    try expect([4, 3.875, 3.75, 3.625], patience: 2, improvement: 0.5, best: 1, epochs: 3)
    try expect([4, 3.25, 3, 2.5, 2.25, 2.125], patience: 2, improvement: 0.5, best: 4, epochs: 6)
    // Patience starts anew with each best.
    try expect([9, 10, 8, 10, 7, 10, 6, 10], patience: 2, best: 7, epochs: 8)
  }

  @Test("Without early stopping the last epoch's parameters are kept, however bad")
  func withoutEarlyStopping() throws {
    var steps = 0
    let data = try TrainingSet(.zeros([3, 1]))
    let result = try Trainer(optimizer: SGD(learningRate: 1), epochs: 3, batchSize: 3).train(
      Number(), on: data, validation: data
    ) { model, _, scope in
      if scope.context.isTraining { steps += 1 }
      return model.variable(scope) * -1 + scope.constant(Tensor(Float(10 * steps)))
    }
    #expect(result.epoch == 3 && result.model.w.tensor.scalar == 3)
  }

  // MARK: Running statistics

  /// Two steps' running averages of two channels that are examples' first and second half.
  private func running(_ x: Tensor, batch: Int, momentum: Float) throws -> (mean: [Float], variance: [Float])
  {
    let trainer = Trainer(optimizer: SGD(learningRate: 0), epochs: 2, batchSize: batch)
    let start = Normalizer(norm: BatchNorm(channels: 2, momentum: momentum))
    let norm = try trainer.train(start, on: TrainingSet(x)) { model, batch, scope in
      model(scope.constant(batch.inputs), scope.context).sum()
    }.model.norm
    return (norm.runningMean.tensor.elements, norm.runningVariance.tensor.elements)
  }

  @Test(
    "Running averages of batch-norm take `momentum` of the new, and the unbiased variance",
    arguments: [0.1, 0.75])
  func batchNorm(momentum: Double) throws {
    // Channels (1, 2, 6) and (10, 40, 40): means 3 and 30; variances, over n − 1, 7 and 300.
    let x = Tensor([1, 10, 2, 40, 6, 40], shape: [3, 2])
    let old = (1 - momentum) * (1 - momentum)
    func expect(_ found: (mean: [Float], variance: [Float]), means: [Double], variances: [Double]) {
      for channel in 0..<2 {
        let (mean, variance) = (Double(found.mean[channel]), Double(found.variance[channel]))
        #expect(abs(mean - (1 - old) * means[channel]) < 1e-5 * means[channel])
        #expect(abs(variance - (old + (1 - old) * variances[channel])) < 1e-5 * (1 + variances[channel]))
      }
    }
    try expect(running(x, batch: 3, momentum: Float(momentum)), means: [3, 30], variances: [7, 300])
    // Pixels of images are rows as well: each number twice, so that n − 1 is 5.
    let images = Tensor([1, 10, 1, 10, 2, 40, 2, 40, 6, 40, 6, 40], shape: [3, 1, 2, 2])
    try expect(
      running(images, batch: 3, momentum: Float(momentum)), means: [3, 30], variances: [28.0 / 5, 240])
  }

  @Test("Batch-norm of one example is finite")
  func batchNormOfOne() throws {
    let found = try running(Tensor([2, 8], shape: [1, 2]), batch: 1, momentum: 0.5)
    #expect(found.mean == [1.5, 6])
    #expect(found.variance == [0.25, 0.25])
  }

  @Test("Batch-norm's outputs are its formula's, in training and in use")
  func batchNormOutputs() {
    var norm = BatchNorm(channels: 2, epsilon: 2)
    norm.scale.tensor = Tensor([2, -3])
    norm.shift.tensor = Tensor([0.5, 1])
    norm.runningMean.tensor = Tensor([1, 4])
    norm.runningVariance.tensor = Tensor([7, 2])
    let x = Tensor([1, 10, 2, 40, 6, 40], shape: [3, 2])
    let inUse = norm(x).elements
    let inTraining = norm(x, .training(using: RandomGenerator(seed: 1))).elements
    for (index, value) in x.elements.enumerated() {
      let channel = index % 2
      let (scale, shift): (Double, Double) = channel == 0 ? (2, 0.5) : (-3, 1)
      let (mean, variance): (Double, Double) = channel == 0 ? (1, 7) : (4, 2)
      let used = scale * (Double(value) - mean) / (variance + 2).squareRoot() + shift
      #expect(abs(Double(inUse[index]) - used) < 1e-5 * (1 + abs(used)))
      // The batch's own, with n in the denominator.
      let (own, biased): (Double, Double) = channel == 0 ? (3, 14.0 / 3) : (30, 200)
      let trained = scale * (Double(value) - own) / (biased + 2).squareRoot() + shift
      #expect(abs(Double(inTraining[index]) - trained) < 1e-5 * (1 + abs(trained)))
    }
  }

  @Test("Running averages of a flow's batch normalization follow the batch, from those of the first examples")
  func flowBatchNormalization() throws {
    let x = Tensor([1, 10, 2, 40, 6, 40], shape: [3, 2])
    let flow = Flow(
      Flow.Architecture(exampleShape: [2], bijections: [.batchNormalization(momentum: 0.25)]), seed: 1)
    func state(_ flow: Flow, _ name: String) throws -> [Float] {
      try #require(flow.namedTensors.first { $0.name == "bijections.0.\(name)" }).tensor.elements
    }
    // Set from these: means 3 and 30, variances over n 14/3 and 200.
    let first = flow.initialized(from: x)
    for (found, expected) in zip(
      try state(first, "runningMean") + state(first, "runningVariance"), [3, 30, 14.0 / 3, 200])
    {
      #expect(abs(Double(found) - expected) < 1e-5 * expected)
    }
    // One step on examples twice as large: means 6 and 60, variances 56/3 and 800.
    let stepped = try Trainer(optimizer: SGD(learningRate: 0), epochs: 1, batchSize: 3).train(
      first, on: TrainingSet(x * 2), loss: Flow.loss
    ).model
    let expected = [3.75, 37.5, 0.75 * 14 / 3 + 0.25 * 56 / 3, 350]
    for (found, expected) in zip(
      try state(stepped, "runningMean") + state(stepped, "runningVariance"), expected)
    {
      #expect(abs(Double(found) - expected) < 1e-5 * expected)
    }
  }

  // MARK: Checkpoints

  @Test("A checkpoint is written at every multiple of its steps, and after the last")
  func checkpointSteps() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoint"
      var written: [String] = []
      let trainer = Trainer(
        optimizer: SGD(), epochs: 2, batchSize: 2, checkpointing: Checkpointing(path: path, everySteps: 4))
      _ = try trainer.train(
        Number(), on: TrainingSet(.zeros([9, 1])), loss: { model, _, scope in model.variable(scope) },
        progress: { _ in written.append((try? SafetensorsFile(contentsOf: path))?.metadata["step"] ?? "none")
        })
      #expect(written == ["none", "none", "none", "4", "4", "4", "4", "8", "8", "10"])
    }
  }
}
