extension ImageClassifier {
  /// Trains a classifier against outliers: the cross-entropy of the classes, and what `objective` says of outliers, as many in each
  /// batch as there are examples.
  ///
  /// ```swift
  /// let outliers = try FlowOutliers(flow, radius: .gumbel(2.5, count: 60_000)).outliers(count: 20_000, using: &random)
  /// let classifier = try ImageClassifier.train(
  ///   on: images, labels: labels, classes: 10, against: outliers, objective: .uniform(beta: 1)).model
  /// ```
  ///
  /// With `.extraClass` the model has one class more than was asked for: the last, of outliers.
  ///
  /// - Parameters:
  ///   - images: `[examples] + shape`.
  ///   - labels: 0..<classes, one for each image.
  ///   - classes: Number of classes.
  ///   - outliers: `[outliers] + shape`; each batch draws from them.
  ///   - objective: What the classifier is to say of outliers.
  ///   - layers: Of the network, for as many classes as are passed to it; `layers(exampleShape:classes:)` unless said.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for labels that are no classes and outliers of another shape or not finite;
  ///   `OutlierGenerationError.tooFewExamples` without outliers; `TrainingError`.
  public static func train(
    on images: Tensor, labels: Indexes, classes: Int, against outliers: Tensor, objective: OutlierObjective,
    layers: ((_ classes: Int) -> [LayerSpecification])? = nil, trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ImageClassifier> {
    try labels.requireLabels(classes: classes, examples: images.exampleCount)
    try objective.requireSense()
    guard outliers.exampleCount > 0 else {
      throw OutlierGenerationError.tooFewExamples(found: 0, needed: 1, reason: "to train against")
    }
    let shape = Shape(images.shape.dropFirst())
    try outliers.requireExamples(of: shape)
    var outputs = classes
    if case .extraClass = objective { outputs += 1 }
    let network = Sequential(
      layers?(outputs) ?? self.layers(exampleShape: shape, classes: outputs), exampleShape: shape,
      seed: trainer.seed)
    var trainer = trainer
    trainer.lossSettings["outliers"] = "\(objective), \(outliers.exampleCount)"
    return try trainer.train(
      ImageClassifier(network), on: TrainingSet(images, labels: labels),
      loss: { model, batch, scope in
        let inside = model.network(scope.constant(batch.inputs), scope.context)
          .crossEntropy(labels: batch.labels!).mean()
        guard scope.context.isTraining else { return inside }
        let rows = scope.context.withRandom { $0.integers(batch.count, below: outliers.exampleCount) }
        return inside
          + objective.loss(model.network(scope.constant(outliers.rows(rows)), scope.context))
      }, progress: progress)
  }
}
