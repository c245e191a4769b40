/// A convolutional classifier of images, and the features before its last layer: what objectness, Fréchet distance and the
/// digit-versus-symbol rate need.
///
/// ```swift
/// let digits = try ImageClassifier.train(on: images, labels: labels, classes: 10).model
/// try digits.probabilities(x)          // [n, 10]
/// try digits.features(x)               // [n, 400], for Fréchet distance and maximum mean discrepancy
/// ```
public struct ImageClassifier: Network, DifferentiableClassifier {
  public static let kind = "image-classifier"

  /// The network, whose output is the classes' logits.
  public private(set) var network: Sequential

  /// Takes over a network from images to logits. Traps when its output is not one number a class.
  public init(_ network: Sequential) {
    precondition(
      network.outputShape.rank == 1,
      "A classifier gives one number a class, and this network gives examples of shape \(network.outputShape)."
    )
    self.network = network
  }

  public init(configuration: Sequential.Architecture, tensors: TensorSource) throws(ModelFileError) {
    network = try Sequential(configuration: configuration, tensors: tensors)
    guard network.outputShape.rank == 1, !configuration.layers.isEmpty else {
      throw .malformed(
        reason: "a classifier gives one number a class, and its layers give \(network.outputShape)")
    }
  }

  public var configuration: Sequential.Architecture { network.configuration }

  /// The shape of one image.
  public var exampleShape: Shape { network.exampleShape }

  /// Number of classes.
  public var classCount: Int { network.outputShape[0] }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    network.visitParameters(with: visitor)
  }

  /// Two convolutions with 5×5 kernels, each followed by maximum pooling, a hidden layer with dropout, and the classes.
  /// Smaller images get fewer poolings.
  public static func layers(exampleShape: Shape, classes: Int, maps: Int = 32, hidden: Int = 400)
    -> [LayerSpecification]
  {
    let isSmall = min(exampleShape[0], exampleShape[1]) < 20
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
  /// - Throws: `ExampleError` for labels that are no classes; `TrainingError` when images are not finite or the loss stops being so;
  ///   `CancellationError`.
  public static func train(
    on images: Tensor, labels: Indexes, classes: Int, maps: Int = 32, hidden: Int = 400,
    trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ImageClassifier> {
    try labels.requireLabels(classes: classes, examples: images.exampleCount)
    let shape = Shape(images.shape.dropFirst())
    let network = Sequential(
      layers(exampleShape: shape, classes: classes, maps: maps, hidden: hidden), exampleShape: shape,
      seed: trainer.seed)
    return try trainer.train(
      ImageClassifier(network), on: TrainingSet(images, labels: labels),
      loss: { model, batch, scope in
        model.network(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
      }, progress: progress)
  }

  /// The share of images whose most probable class is not the label.
  /// - Throws: `ExampleError` for images of another shape, NaN or infinities.
  public func error(_ x: Tensor, labels: Indexes) throws -> Double {
    let wrong = zip(try self.labels(x).elements, labels.elements).count { $0 != $1 }
    return Double(wrong) / Double(max(1, x.shape[0]))
  }

  public func logits(checked x: Tensor) -> Tensor { inPieces(x, of: network) }

  /// The activations before the last layer, `[n, features]`.
  public func features(checked x: Tensor) -> Tensor { inPieces(x, of: network.dropLast()).flattened() }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { network(x) }

  /// The last layer, where it is fully connected and without an activation.
  public var linearHead: LinearHead? {
    guard let last = network.lastLayer as? Dense, last.activation == .identity else { return nil }
    return LinearHead(weight: last.weight.tensor, bias: last.bias.tensor)
  }

  private func inPieces(_ x: Tensor, of model: Sequential) -> Tensor {
    let pieces = stride(from: 0, to: x.shape[0], by: 256).map { start in
      model(x.sliced(axis: 0, start..<min(x.shape[0], start + 256)))
    }
    return pieces.isEmpty
      ? .zeros(Shape([0] + Array(model.outputShape))) : Tensor.concatenate(pieces, axis: 0)
  }
}
