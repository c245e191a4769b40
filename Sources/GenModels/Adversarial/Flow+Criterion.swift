extension Flow {
  /// Examples x = f⁻¹(z) of fresh draws z, and ln q(x) of the flow's density q, both recorded with the flow's parameters.
  ///
  /// ln q(x) = ln p_base(z) − ln |det ∂f⁻¹/∂z|: no second pass. For flows without classes, from a base without trained parameters.
  ///
  /// - Returns: Examples `[count] + exampleShape` and log-densities `[count]`, in nats.
  public func recordedSample(
    count: Int, _ scope: TrainingScope, using random: inout RandomGenerator
  ) -> (examples: Variable, logDensity: Variable) {
    let z = scope.constant(base.sample(count: count, using: &random))
    let outputs = z.reshaped(Shape([count] + Array(bijections.outputShape)))
    let mapped = bijections.inverse(outputs, condition: nil, .inference)
    return (mapped.value, base.logDensity(z, labels: nil) - mapped.logDeterminant)
  }

  /// - Throws: `FlowCriterionError.conditional` unless `recordedSample` reaches all parameters.
  private func requireSampling() throws(FlowCriterionError) {
    guard architecture.classCount == nil, !base.hasClasses, base.namedTensors.isEmpty else {
      throw .conditional
    }
  }

  /// Trains the flow on data by a criterion of choice. With `.kullbackLeibler` it is `train(on:trainer:)`.
  ///
  /// First everything that is set from data is set from these examples. The loss of an epoch is the discriminator's where there is one,
  /// else the criterion. Images of grey levels get fresh noise between levels in each step.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - criterion: What is made small.
  ///   - settings: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `FlowCriterionError`; `ExampleError` for examples that the flow has no density for; `TrainingError`.
  public func train(
    on x: Tensor, by criterion: FlowCriterion, settings: FlowCriterionTraining,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Flow> {
    if criterion == .kullbackLeibler {
      return try train(on: x, trainer: settings.trainer, progress: progress)
    }
    try requireSampling()
    try requireExamples(x, labels: nil)
    let random = RandomGenerator(seed: settings.trainer.seed).split("flow")
    let start = initialized(from: x, using: random.split("initialization"))
    var trainer = settings.trainer
    trainer.lossSettings["criterion"] = "\(criterion)"
    let data = try TrainingSet(x)
    switch criterion {
    case .kullbackLeibler: preconditionFailure("Maximum likelihood was trained above.")
    case .slicedWasserstein(let directions):
      guard directions >= 1 else { throw FlowCriterionError.malformed("there are \(directions) directions") }
      let distance = SlicedWasserstein(directions: directions)
      return try trainer.train(
        start, on: data,
        loss: { flow, batch, scope in
          flow.slicedWasserstein(batch.inputs, distance, scope)
        }, progress: progress)
    case .adversarial(let divergence, let weight):
      if let problem = divergence.problem { throw FlowCriterionError.malformed(problem) }
      guard weight >= 0, weight.isFinite else {
        throw FlowCriterionError.malformed("the weight of the likelihood is 0 or more, not \(weight)")
      }
      let pair = FlowAndDiscriminator(
        flow: start,
        discriminator: try discriminator(settings.discriminator, using: random.split("discriminator")))
      let result = try trainer.train(
        pair, on: data, turns: FlowAndDiscriminator.turns(divergence, weight, settings), progress: progress)
      return TrainingResult(model: result.model.flow, history: result.history, epoch: result.epoch)
    }
  }

  private func discriminator(
    _ layers: [LayerSpecification], using random: RandomGenerator
  ) throws -> LayerChain {
    do {
      return try LayerChain(
        layers, from: exampleShape, to: [1], named: "discriminator", .drawnByName(from: random))
    } catch {
      guard case .malformed(let reason) = error else { throw error }
      throw FlowCriterionError.malformed(reason)
    }
  }

  private func slicedWasserstein(
    _ x: Tensor, _ distance: SlicedWasserstein, _ scope: TrainingScope
  ) -> Variable {
    guard scope.context.isTraining else { preconditionFailure("The criterion draws, and is for training.") }
    return scope.context.withRandom { random in
      let target = architecture.dequantized(x, using: &random)
      let drawn = recordedSample(count: x.shape[0], scope, using: &random).examples
      return distance.loss(drawn, target: target, using: &random)
    }
  }

  /// Trains the flow towards a known density by KL(flow ‖ target) (D. J. Rezende and S. Mohamed, 2015):
  /// the loss is the mean over draws x of ln q(x) − ln p(x), in nats, and at least −ln Z for an unnormalised target.
  ///
  /// - Parameters:
  ///   - target: ln p of a batch, `[batch]`, recorded; normalised or not.
  ///   - stepsPerEpoch: Steps in an epoch; there are no examples that would tell.
  ///   - trainer: Epochs, draws in a step (its batch), optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `FlowCriterionError.conditional`; `TrainingError`.
  public func train(
    towards target: (Variable) -> Variable, stepsPerEpoch: Int = 100, trainer: Trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Flow> {
    precondition(stepsPerEpoch >= 1, "An epoch has 1 step or more, not \(stepsPerEpoch).")
    try requireSampling()
    var trainer = trainer
    trainer.lossSettings["criterion"] = "reverse Kullback-Leibler divergence to a known density"
    // Examples that nobody looks at count the draws.
    let (count, overflow) = stepsPerEpoch.multipliedReportingOverflow(by: trainer.batchSize)
    guard !overflow, count <= Int(Int32.max) else {
      throw TrainingError.tooManySteps(epochs: trainer.epochs, stepsPerEpoch: stepsPerEpoch)
    }
    return try trainer.train(
      self, on: TrainingSet(.zeros([count])),
      loss: { flow, batch, scope in
        scope.context.withRandom { random in
          let drawn = flow.recordedSample(count: batch.count, scope, using: &random)
          return (drawn.logDensity - target(drawn.examples)).mean()
        }
      }, progress: progress)
  }

  /// Trains the flow towards a density that can be differentiated: another flow.
  /// - Throws: As `train(towards:)` with a function; `FlowCriterionError.unexpectedTarget` for a density of other examples.
  public func train(
    towards target: some DifferentiableDensity, stepsPerEpoch: Int = 100, trainer: Trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Flow> {
    guard target.exampleShape == exampleShape else {
      throw FlowCriterionError.unexpectedTarget(found: target.exampleShape, expected: exampleShape)
    }
    return try train(
      towards: { target.recordedLogDensity($0) }, stepsPerEpoch: stepsPerEpoch, trainer: trainer,
      progress: progress)
  }
}

/// A flow as a generator, and its discriminator.
private struct FlowAndDiscriminator: Parameterized {
  var flow: Flow
  var discriminator: LayerChain

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("flow", &flow)
    visitor.visit("discriminator", &discriminator)
  }

  static func turns(
    _ divergence: AdversarialDivergence, _ likelihoodWeight: Float, _ settings: FlowCriterionTraining
  ) -> [TrainingTurn<FlowAndDiscriminator>] {
    func noisy(_ x: Tensor, _ flow: Flow, _ scope: TrainingScope) -> Tensor {
      scope.context.withRandom { flow.architecture.dequantized(x, using: &$0) }
    }
    return [
      TrainingTurn(moving: "discriminator.", optimizer: settings.discriminatorOptimizer) {
        pair, batch, scope in
        let x = noisy(batch.inputs, pair.flow, scope)
        let fake = scope.context.withRandom { pair.flow.sample(count: batch.count, using: &$0) }
        return divergence.discriminatorLoss(x, fake, scope) { pair.discriminator($0, scope.context) }
      },
      TrainingTurn(moving: "flow.", interval: settings.criticSteps) { pair, batch, scope in
        let drawn = scope.context.withRandom {
          pair.flow.recordedSample(count: batch.count, scope, using: &$0)
        }
        let loss = divergence.generatorLoss(pair.discriminator(drawn.examples, scope.context))
        guard likelihoodWeight > 0 else { return loss }
        let x = scope.constant(noisy(batch.inputs, pair.flow, scope))
        let nats = pair.flow.logDensities(of: x).mean()
        return loss - nats * (likelihoodWeight / Float(pair.flow.features))
      },
    ]
  }
}
