import GenModels

/// A convolutional classifier of images, and the features before its last layer: what objectness, Fréchet distance and the
/// digit-versus-symbol rate need.
///
///     let digits = try ImageClassifier.train(on: images, labels: labels, classes: 10).model
///     digits.probabilities(x)          // [n, 10]
///     digits.features(x)               // [n, 400], for Fréchet distance and maximum mean discrepancy
public struct ImageClassifier: Sendable {
  /// The network, whose output is the classes' logits.
  public let network: Sequential

  /// Takes over a network from images to logits. Traps when its output is not one number a class.
  public init(_ network: Sequential) {
    precondition(
      network.outputShape.rank == 1,
      "A classifier gives one number a class, and this network gives examples of shape \(network.outputShape)."
    )
    self.network = network
  }

  /// Number of classes.
  public var classes: Int { network.outputShape[0] }

  /// Two convolutions with 5×5 kernels, each followed by maximum pooling, a hidden layer with dropout, and the classes.
  /// Smaller images get fewer poolings.
  public static func layers(imageShape: Shape, classes: Int, maps: Int = 32, hidden: Int = 400)
    -> [LayerSpecification]
  {
    let isSmall = min(imageShape[0], imageShape[1]) < 20
    return [
      .convolution(channels: maps, kernel: isSmall ? 3 : 5, activation: .relu, padding: .same),
      .maximumPooling(window: 2),
      .convolution(channels: 2 * maps, kernel: isSmall ? 3 : 5, activation: .relu, padding: .same),
      .maximumPooling(window: 2), .flatten, .dense(units: hidden, activation: .relu),
      .dropout(probability: 0.3), .dense(units: classes),
    ]
  }

  /// The default recipe: Adam, batches of 64, 6 epochs, a rate that falls along half a cosine.
  public static var trainer: Trainer {
    Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 6, batchSize: 64, schedule: .cosine(floor: 0.01))
  }

  /// Trains on cross-entropy, from fresh weights drawn from the trainer's seed.
  ///
  /// - Parameters:
  ///   - images: `[examples, height, width, channels]`.
  ///   - labels: 0..<classes, one for each image.
  ///   - classes: Number of classes.
  ///   - maps: Maps of the first convolution; the second has twice as many.
  ///   - hidden: Units of the fully connected layer.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `TrainingError` when images are not finite or the loss stops being so; `CancellationError`.
  public static func train(
    on images: Tensor, labels: Indexes, classes: Int, maps: Int = 32, hidden: Int = 400,
    trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Sequential> {
    let shape = Shape(images.shape.dropFirst())
    let network = Sequential(
      layers(imageShape: shape, classes: classes, maps: maps, hidden: hidden), inputShape: shape,
      seed: trainer.seed)
    return try trainer.train(
      network, on: TrainingSet(images, labels: labels),
      loss: { model, batch, scope in
        model(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
      }, progress: progress)
  }

  /// The logits of images `[n, height, width, channels]`, `[n, classes]`.
  public func logits(_ x: Tensor) -> Tensor { inBatches(x, of: network) }

  /// The probabilities of the classes, `[n, classes]`.
  public func probabilities(_ x: Tensor) -> Tensor { logits(x).softmax() }

  /// The most probable class of each image.
  public func predictions(_ x: Tensor) -> [Int] { Self.predictions(scores: logits(x)) }

  /// The most probable class of each row `[n, classes]` of probabilities or logits.
  static func predictions(scores: Tensor) -> [Int] {
    scores.positionOfMaximum(axis: 1).elements.map { Int($0) }
  }

  /// The share of images whose most probable class is not the label.
  public func error(_ x: Tensor, labels: Indexes) -> Double {
    let wrong = zip(predictions(x), labels.elements).count { $0 != $1 }
    return Double(wrong) / Double(max(1, x.shape[0]))
  }

  /// The activations before the last layer, `[n, features]`.
  public func features(_ x: Tensor) throws -> Tensor {
    let tensors = Dictionary(uniqueKeysWithValues: network.namedTensors.map { ($0.0, $0.1) })
    var architecture = network.architecture
    architecture.layers.removeLast()
    let body = try Sequential(architecture: architecture) { (name, shape) throws(ModelFileError) in
      guard let tensor = tensors[name] else { throw .missingTensor(name: name, shape: shape) }
      return tensor
    }
    return inBatches(x, of: body).flattened()
  }

  private func inBatches(_ x: Tensor, of model: Sequential) -> Tensor {
    let pieces = stride(from: 0, to: x.shape[0], by: 256).map { start in
      model(x.sliced(axis: 0, start..<min(x.shape[0], start + 256)))
    }
    return pieces.isEmpty
      ? .zeros(Shape([0] + Array(model.outputShape))) : Tensor.concatenate(pieces, axis: 0)
  }
}
