import GenModels

/// A training of a few numbers, for checkpoints.
enum SmallTraining {
  static func run(_ checkpoint: String, steps: Int = 1000, _ progress: (TrainingProgress) throws -> Void)
    throws
  {
    let data = try TrainingSet(Tensor((0..<12).map { (i: Int) -> Float in Float(i) / 12 }, shape: [6, 2]))
    let model = Sequential([.dense(units: 2)], exampleShape: [2], seed: 1)
    let trainer = Trainer(
      optimizer: Adam(), epochs: 3, batchSize: 2, seed: 2, earlyStopping: EarlyStopping(patience: 2),
      checkpointing: Checkpointing(path: checkpoint, everySteps: steps))
    _ = try trainer.train(model, on: data) { model, batch, scope in
      model(scope.constant(batch.inputs), scope.context).meanSquaredError(batch.inputs)
    } progress: {
      try progress($0)
    }
  }
}
