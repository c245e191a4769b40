/// How a `DenoisingClassifier` is trained. The paper gives none of these numbers; the defaults are ours.
public struct DenoisingTraining: Sendable {
  public var trainer: Trainer
  /// σ of the normal noise that is added to the examples. The reconstruction is compared with the example without it.
  public var noise: Double
  /// λ: what the reconstruction's loss, a sum over features, counts beside the class's.
  public var reconstructionWeight: Double
  /// Whether the class is learned from the example without noise too, at the cost of a second pass; else from the noisy one alone.
  public var classifiesCleanExamples: Bool

  /// Traps unless σ and λ are 0 or more and finite.
  public init(
    trainer: Trainer, noise: Double = 0.3, reconstructionWeight: Double = 0.01,
    classifiesCleanExamples: Bool = false
  ) {
    precondition(
      noise >= 0 && noise.isFinite && reconstructionWeight >= 0 && reconstructionWeight.isFinite,
      "Noise and the weight of a reconstruction are 0 or more, not \(noise) and \(reconstructionWeight).")
    self.trainer = trainer
    self.noise = noise
    self.reconstructionWeight = reconstructionWeight
    self.classifiesCleanExamples = classifiesCleanExamples
  }

  /// Adam with the rate 0.001, falling along half a cosine, batches of 64, 7 epochs, σ = 0.3, λ = 0.01.
  public static var standard: DenoisingTraining {
    DenoisingTraining(
      trainer: Trainer(
        optimizer: Adam(learningRate: 1e-3), epochs: 7, batchSize: 64, schedule: .cosine(floor: 0.01)))
  }
}

extension DenoisingClassifier {
  /// Trains encoder, classes and decoder together, from fresh weights drawn from the trainer's seed, on the mean of
  ///
  ///     −ln y[label](x̃) + λ · ℓ(decoder(encoder(x̃)), x),    x̃ = x + σ ε,
  ///
  /// with ℓ the cross-entropy of pixels or half the squared error of numbers, summed over features, in nats.
  ///
  /// - Parameters:
  ///   - architecture: The layers.
  ///   - examples: `[examples] + exampleShape`, in 0...1 where the decoder's output are pixels.
  ///   - labels: 0..<classes, one for each example. A single class is fine: the network then is a denoising autoencoder.
  ///   - settings: Noise, weight, epochs, seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ModelFileError.malformed` for an architecture that makes no sense; `ExampleError` for labels that are no classes,
  ///   examples of another shape and pixels outside 0...1; `TrainingError`; `CancellationError`.
  public static func train(
    _ architecture: Architecture, on examples: Tensor, labels: Indexes,
    settings: DenoisingTraining = .standard, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<DenoisingClassifier> {
    let model = try validating(architecture, seed: settings.trainer.seed)
    try examples.requireExamples(of: model.exampleShape)
    try labels.requireLabels(classes: model.classCount, examples: examples.exampleCount)
    if architecture.output == .pixels { try examples.requirePixels() }
    var trainer = settings.trainer
    trainer.lossSettings["noise"] = "\(settings.noise)"
    trainer.lossSettings["reconstructionWeight"] = "\(settings.reconstructionWeight)"
    trainer.lossSettings["classifiesCleanExamples"] = "\(settings.classifiesCleanExamples)"
    let noise = Float(settings.noise)
    return try trainer.train(
      model, on: TrainingSet(examples, labels: labels),
      loss: { model, batch, scope in
        let x = batch.inputs
        let isNoisy = scope.context.isTraining && noise > 0
        let noisy =
          isNoisy
          ? scope.context.withRandom { x + $0.normal(x.shape, standardDeviation: noise) } : x
        let code = model.encoder(scope.constant(noisy), scope.context)
        let loss =
          model.reconstructionLoss(model.decoder(code, scope.context), x)
          * Float(settings.reconstructionWeight)
        let classes = model.head(code, scope.context).crossEntropy(labels: batch.labels!).mean()
        guard settings.classifiesCleanExamples, isNoisy else { return classes + loss }
        let clean = model.head(model.encoder(scope.constant(x), scope.context), scope.context)
        return (classes + clean.crossEntropy(labels: batch.labels!).mean()) * 0.5 + loss
      }, progress: progress)
  }

  /// The reconstruction's loss, summed over features and averaged over examples.
  private func reconstructionLoss(_ output: Variable, _ x: Tensor) -> Variable {
    let scale = 1 / Float(max(1, x.shape[0]))
    switch self.output {
    case .pixels: return (output.softplus() - output * x).sum() * scale
    case .numbers: return (output - x).squared().sum() * (0.5 * scale)
    }
  }
}

extension Tensor {
  /// Throws unless all numbers lie in 0...1.
  /// - Throws: `ExampleError.outsideSupport` with the first that does not.
  public func requirePixels() throws(ExampleError) {
    guard let position = withUnsafeElements({ $0.firstIndex { !($0 >= 0 && $0 <= 1) } }) else { return }
    let width = max(1, count / max(1, exampleCount))
    throw .outsideSupport(
      example: position / width, feature: position % width,
      value: Double(withUnsafeElements { $0[position] }), support: 0...1)
  }
}
