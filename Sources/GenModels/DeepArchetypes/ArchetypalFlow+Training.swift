extension ArchetypalFlow {
  /// Trains flow and maps together.
  ///
  /// First everything of the flow that is set from data is set from these examples; then come the trainer's epochs. Images of grey
  /// levels get fresh noise between levels in each step. Batches should hold many examples for each archetype: B weighs those of one
  /// batch.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: Classes, for maps that tell them.
  ///   - weights: Of the parts of the loss.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for examples that the flow has no density for and labels that are no classes; `TrainingError`.
  public func train(
    on x: Tensor, labels: Indexes? = nil, weights: DeepArchetypeTraining = DeepArchetypeTraining(),
    trainer: Trainer, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ArchetypalFlow> {
    try check(x)
    try architecture.maps.requireLabels(labels, examples: x.exampleCount)
    let random = RandomGenerator(seed: trainer.seed).split("flow")
    var trainer = trainer
    trainer.lossSettings["archetype weights"] = "\(weights)"
    return try trainer.train(
      initialized(from: x, using: random.split("initialization")), on: TrainingSet(x, labels: labels),
      loss: { model, batch, scope in model.loss(batch, weights, scope) }, progress: progress)
  }

  private func initialized(from x: Tensor, using random: RandomGenerator) -> ArchetypalFlow {
    var model = self
    model.setFlow(flow.initialized(from: x, using: random))
    return model
  }

  private func loss(_ batch: Batch, _ weights: DeepArchetypeTraining, _ scope: TrainingScope) -> Variable {
    var x = batch.inputs
    if scope.context.isTraining, flow.architecture.greyLevels != nil {
      x = scope.context.withRandom { flow.architecture.dequantized(x, using: &$0) }
    }
    let mapped = flow.latent(of: scope.constant(x), context: scope.context)
    let nats = flow.base.logDensity(mapped.value) + mapped.logDeterminant
    let parts = maps.losses(features(of: mapped.value))
    var loss = nats.mean() * (-weights.likelihood / Float(flow.features))
    loss = loss + parts.reconstruction * weights.reconstruction + parts.archetypes * weights.archetypes
    if let labels = batch.labels, let logits = maps.classLogits(at: parts.point) {
      loss = loss + logits.crossEntropy(labels: labels).mean() * weights.classes
    }
    return loss
  }
}
