import GenModels

/// An autoencoder with a batch of images.
final class AutoencoderBench {
  private let model: ConvolutionalAutoencoder
  private let images: Tensor
  private let settings: AutoencoderTraining

  private init(_ architecture: ConvolutionalAutoencoder.Architecture, batch: Int) {
    model = ConvolutionalAutoencoder(architecture, seed: 1)
    var random = RandomGenerator(seed: 2)
    images = random.uniform([batch, architecture.height, architecture.width, 1])
    settings = AutoencoderTraining(
      trainer: Trainer(optimizer: Adadelta(learningRate: 0.1), epochs: 1, batchSize: batch), corruption: 0.1)
  }

  nonisolated(unsafe) private static var kept: [String: AutoencoderBench] = [:]

  static func named(_ layers: String, _ maps: String, _ batch: String, _ bottleneck: String, _ side: String)
    -> AutoencoderBench
  {
    let key = [layers, maps, batch, bottleneck, side].joined(separator: " ")
    if let bench = kept[key] { return bench }
    let bench = AutoencoderBench(
      .init(
        height: Int(side)!, width: Int(side)!, layers: Int(layers)!, maps: Int(maps)!,
        bottleneckMaps: Int(maps)!,
        bottleneck: bottleneck == "plain" ? .plain : .winnerTakeAll()), batch: Int(batch)!)
    kept = [key: bench]
    return bench
  }

  /// Seconds for steps of training: corruption, loss, gradients, optimizer.
  func train(steps: Int) -> Double {
    var settings = settings
    settings.trainer.epochs = steps
    let seconds = ContinuousClock().measure { _ = try! settings.train(model, on: images) }
    return seconds / .seconds(1)
  }

  /// Seconds for reconstructing the batch and summing |M(x) − x|, `steps` times.
  func score(steps: Int) -> Double {
    return ContinuousClock().measure {
      for _ in 0..<steps { _ = try! model.reconstructionError(images, norm: .l1) }
    } / .seconds(1)
  }
}

/// The classifier of Spigler (2017): two 5 × 5 convolutions of 32 and 64 maps with pooling, 400 hidden units, 10 classes.
final class ConvnetBench {
  private let images: Tensor
  private let labels: Indexes
  private let batch: Int
  private let model = Sequential(
    [
      .convolution(channels: 32, kernel: 5, padding: .same), .maximumPooling(window: 2),
      .convolution(channels: 64, kernel: 5, padding: .same), .maximumPooling(window: 2),
      .flatten, .dense(units: 400, activation: .relu), .dense(units: 10),
    ], exampleShape: [28, 28, 1], seed: 1)

  private init(batch: Int) {
    var random = RandomGenerator(seed: 2)
    images = random.uniform([batch, 28, 28, 1])
    labels = random.integers(batch, below: 10)
    self.batch = batch
  }

  nonisolated(unsafe) private static var kept: ConvnetBench?

  static func batched(_ batch: Int) -> ConvnetBench {
    if let kept, kept.batch == batch { return kept }
    let bench = ConvnetBench(batch: batch)
    kept = bench
    return bench
  }

  /// Seconds for steps of training.
  func train(steps: Int) -> Double {
    let trainer = Trainer(optimizer: Adam(), epochs: steps, batchSize: batch)
    let seconds = ContinuousClock().measure {
      _ = try! trainer.train(model, on: TrainingSet(images, labels: labels)) { model, batch, scope in
        model(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
      }
    }
    return seconds / .seconds(1)
  }
}
