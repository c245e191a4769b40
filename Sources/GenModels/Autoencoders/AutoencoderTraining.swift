#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How an autoencoder is trained: the trainer's settings, and the corruption of its inputs.
///
/// ```swift
/// var training = AutoencoderTraining.fast
/// training.trainer.epochs = 3
/// training.corruption = 0.2
/// ```
public struct AutoencoderTraining: Sendable {
  public var trainer: Trainer
  /// p: the probability with which each pixel is replaced by 0 or 1, either with p/2 (salt and pepper; P. Vincent and others,
  /// 2010, section 3.3). The loss compares with the uncorrupted image.
  public var corruption: Double
  /// Whether a fresh convolutional autoencoder's last bias starts at ln m − ln(1 − m), m the mean pixel of a channel, instead of
  /// at zero. Its first answer is then the mean, not grey; else the first thing that it learns, black, can take the sigmoid
  /// to where no gradient comes back.
  public var startsAtMean: Bool

  /// Traps when `corruption` is not between 0 and 1.
  public init(trainer: Trainer, corruption: Double = 0, startsAtMean: Bool = false) {
    precondition(
      corruption >= 0 && corruption <= 1,
      "A probability of corruption lies between 0 and 1, and \(corruption) does not.")
    self.trainer = trainer
    self.corruption = corruption
    self.startsAtMean = startsAtMean
  }

  /// The settings of Kégl, Cherti and Kazakçı (2018): Adadelta with the rate 0.1, batches of 64, 100 epochs.
  public static var paper: AutoencoderTraining {
    AutoencoderTraining(trainer: Trainer(optimizer: Adadelta(learningRate: 0.1), epochs: 100, batchSize: 64))
  }

  /// The default: Adam with a rate that rises for 200 steps and then falls along half a cosine, for a tenth of the paper's
  /// epochs, from the mean image. Without the rise, networks of three layers and more end at black images.
  public static var fast: AutoencoderTraining {
    AutoencoderTraining(
      trainer: Trainer(
        optimizer: Adam(learningRate: 2e-3), epochs: 10, batchSize: 64,
        schedule: .warmUp(steps: 200, then: .cosine(floor: 0.01))),
      startsAtMean: true)
  }
}

extension AutoencoderTraining {
  /// Trains an autoencoder, any layer whose output has its input's shape, on the mean squared error of the reconstructions:
  /// (1/n) Σ ‖M(x̃) − x‖² / features, x̃ the corrupted x.
  ///
  /// - Parameters:
  ///   - model: The model to start from.
  ///   - examples: `[examples, ...]`, in 0...1 where inputs are corrupted.
  ///   - validation: Examples whose loss is measured after each epoch, uncorrupted.
  ///   - progress: Called after each step.
  /// - Throws: `TrainingError` when examples are not finite or the loss stops being so; `CancellationError`.
  public func train<Model: Layer>(
    _ model: Model, on examples: Tensor, validation: Tensor? = nil,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Model> {
    let probability = Float(corruption)
    var trainer = trainer
    trainer.lossSettings["corruption"] = "\(corruption)"
    return try trainer.train(
      model, on: TrainingSet(examples), validation: validation.map { try TrainingSet($0) },
      loss: { model, batch, scope in
        let x = batch.inputs
        let corrupted =
          probability > 0 && scope.context.isTraining
          ? scope.context.withRandom { x.saltAndPeppered(probability: probability, using: &$0) } : x
        return model(scope.constant(corrupted), scope.context).meanSquaredError(x)
      }, progress: progress)
  }
}

extension AutoencoderTraining {
  /// As `train(_:on:)`, but what lies outside the masks does not count: the loss is (1/n) Σ ‖a ⊙ (M(x̃) − x)‖² / features.
  ///
  /// - Parameters:
  ///   - model: The model to start from.
  ///   - examples: `[examples, ...]`, in 0...1 where inputs are corrupted.
  ///   - masks: a, of the examples' shape; nil for ones.
  ///   - progress: Called after each step.
  /// - Throws: As `train(_:on:)`; `ExampleError.unexpectedShape` for masks of another shape.
  public func train<Model: Layer>(
    _ model: Model, on examples: Tensor, within masks: Tensor?,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Model> {
    guard let masks else { return try train(model, on: examples, progress: progress) }
    guard masks.shape == examples.shape else {
      throw ExampleError.unexpectedShape(
        found: Shape(masks.shape.dropFirst()), expected: Shape(examples.shape.dropFirst()))
    }
    let probability = Float(corruption)
    var trainer = trainer
    trainer.lossSettings["corruption"] = "\(corruption)"
    trainer.lossSettings["masks"] = "given"
    return try trainer.train(
      model, on: TrainingSet(examples, targets: masks),
      loss: { model, batch, scope in
        let x = batch.inputs
        let corrupted =
          probability > 0 && scope.context.isTraining
          ? scope.context.withRandom { x.saltAndPeppered(probability: probability, using: &$0) } : x
        let residual = model(scope.constant(corrupted), scope.context) - x
        return (residual * batch.targets!).squared().mean()
      }, progress: progress)
  }
}

extension ConvolutionalAutoencoder {
  /// Trains an autoencoder from fresh parameters, which are drawn from the trainer's seed. See `AutoencoderTraining`.
  ///
  /// - Parameters:
  ///   - architecture: Of the autoencoder.
  ///   - images: `[examples, height, width, channels]`, pixels in 0...1.
  ///   - validation: Images whose loss is measured after each epoch.
  ///   - settings: The recipe.
  ///   - progress: Called after each step; training ends with what it throws.
  public static func train(
    _ architecture: Architecture, on images: Tensor, validation: Tensor? = nil,
    settings: AutoencoderTraining = .fast, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ConvolutionalAutoencoder> {
    var model = ConvolutionalAutoencoder(architecture, seed: settings.trainer.seed)
    if settings.startsAtMean { model.startAtMean(of: images) }
    return try settings.train(model, on: images, validation: validation, progress: progress)
  }

  /// Sets the last bias so that a code of zeros gives the mean pixel of each channel; means below 0.01 and above 0.99
  /// count as those.
  private mutating func startAtMean(of images: Tensor) {
    guard images.count > 0 else { return }
    let means = images.mean(axes: [0, 1, 2]).elements
    decoder[decoder.count - 1].bias.tensor = Tensor(
      means.map { mean in
        let share = max(0.01, min(0.99, mean))
        return log(share / (1 - share))
      })
  }
}
