import GenModels

/// The trainings whose checkpoints are among the files of version 1. Their settings must not change: a checkpoint belongs to
/// one training alone.
enum VersionOneTraining: String, CaseIterable {
  /// Corrupted inputs, a validation set, early stopping, clipping.
  case autoencoder
  /// Classes, batch normalization, noise between grey levels.
  case flow
  /// Dropout, batch normalization, winner-take-all, batches in parts.
  case network
  case sgd, nesterov, adam, adamW, adadelta, rmsProp

  /// What a training came to.
  struct Outcome {
    let losses, validationLosses: [Double]
    let epoch: Int
    /// What the trained model makes of the fixture's inputs: errors, log-densities or outputs.
    let scores: [Double]
  }

  /// Trains, from the checkpoint where there is one, and asks the result about `inputs`.
  func run(
    _ data: VersionOneFixture.Training, inputs: Tensor, checkpoint: String,
    progress: (TrainingProgress) throws -> Void
  ) throws -> Outcome {
    let trainer = trainer(checkpoint)
    let labels = data.labels.map { Indexes($0) }
    switch self {
    case .autoencoder:
      let model = DenseAutoencoder(
        .init(features: 6, hidden: [5, 3], activation: .tanh, outputActivation: .sigmoid), seed: 4)
      let result = try AutoencoderTraining(trainer: trainer, corruption: 0.1).train(
        model, on: data.examples.tensor, validation: data.validation!.tensor, progress: progress)
      return Outcome(result, try result.model.reconstructionError(inputs).elements.map { Double($0) })
    case .flow:
      let flow = Flow(
        Flow.Architecture(
          exampleShape: [4],
          bijections: [
            .rescaling(scale: 0.9375, shift: 0.03125), .logit(), .activationNormalization,
            .coupling(hidden: [6]),
            .batchNormalization(), .coupling(.spline(bins: 4, bound: 3), hidden: [5], changes: .first),
          ], classCount: 2, greyLevels: 16), seed: 6)
      let result = try flow.train(
        on: data.examples.tensor, labels: labels, trainer: trainer, progress: progress)
      return Outcome(result, try result.model.logDensity(inputs))
    case .network:
      let network = Sequential(
        [
          .convolution(channels: 4, kernel: 3), .winnerTakeAll(channelSparsity: 0.25),
          .convolution(channels: 2, kernel: 3, padding: .full), .batchNormalization,
          .dropout(probability: 0.25),
          .convolution(channels: 1, kernel: 3, activation: .sigmoid, padding: .same),
        ], exampleShape: [6, 5, 1], seed: 2)
      let result = try trainer.train(
        network, on: TrainingSet(data.examples.tensor),
        loss: { model, batch, scope in
          model(scope.constant(batch.inputs), scope.context).meanSquaredError(batch.inputs)
        }, progress: progress)
      return Outcome(result, try result.model.reconstructionError(inputs).elements.map { Double($0) })
    case .sgd, .nesterov, .adam, .adamW, .adadelta, .rmsProp:
      let line = Sequential([.dense(units: 2)], exampleShape: [3], seed: 3)
      let result = try trainer.train(
        line, on: TrainingSet(data.examples.tensor, targets: data.targets!.tensor),
        loss: { model, batch, scope in
          model(scope.constant(batch.inputs), scope.context).meanSquaredError(batch.targets!)
        }, progress: progress)
      return Outcome(result, result.model(inputs).elements.map { Double($0) })
    }
  }

  private func trainer(_ checkpoint: String) -> Trainer {
    let every = Checkpointing(path: checkpoint, everySteps: 1)
    return switch self {
    case .autoencoder:
      Trainer(
        optimizer: Adam(learningRate: 0.125), epochs: 12, batchSize: 7, seed: 5,
        schedule: .warmUp(steps: 5, then: .cosine(floor: 0.125)), clipping: .norm(0.25),
        earlyStopping: EarlyStopping(patience: 3, minimumImprovement: 0.001), checkpointing: every)
    case .flow:
      Trainer(
        optimizer: Adam.adamW(learningRate: 0.01, weightDecay: 0.125), epochs: 4, batchSize: 8, seed: 7,
        schedule: .cosine(), clipping: .norm(50), checkpointing: every)
    case .network:
      Trainer(
        optimizer: Adadelta(learningRate: 0.5), epochs: 3, batchSize: 6, batchParts: 2, seed: 8,
        checkpointing: every)
    case .sgd: line(SGD(learningRate: 0.125), .steps(epochs: 2, factor: 0.5), every)
    case .nesterov:
      line(SGD(learningRate: 0.0625, momentum: 0.875, isNesterov: true, weightDecay: 0.01), .constant, every)
    case .adam: line(Adam(learningRate: 0.05), .constant, every)
    case .adamW: line(Adam.adamW(learningRate: 0.05, weightDecay: 0.1), .constant, every)
    case .adadelta:
      line(Adadelta(learningRate: 1, rho: 0.875, epsilon: 1e-4, weightDecay: 0.01), .constant, every)
    case .rmsProp: line(RMSProp(learningRate: 0.03125, alpha: 0.875, weightDecay: 0.01), .constant, every)
    }
  }

  private func line(_ optimizer: any Optimizer, _ schedule: LearningRateSchedule, _ every: Checkpointing)
    -> Trainer
  {
    Trainer(optimizer: optimizer, epochs: 4, batchSize: 4, seed: 9, schedule: schedule, checkpointing: every)
  }
}

extension VersionOneTraining.Outcome {
  init<Model>(_ result: TrainingResult<Model>, _ scores: [Double]) {
    losses = result.history.map(\.loss)
    validationLosses = result.history.compactMap(\.validationLoss)
    epoch = result.epoch
    self.scores = scores
  }
}
