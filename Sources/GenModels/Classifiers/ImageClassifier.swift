/// A classifier that is any chain of layers from examples to logits, and the features before its last layer: what objectness,
/// Fréchet distance and the digit-versus-symbol rate need.
///
/// ```swift
/// let digits = try ImageClassifier.train(on: images, labels: labels, classes: 10).model
/// try digits.probabilities(x)          // [n, 10]
/// try digits.features(x)               // [n, 400], for Fréchet distance and maximum mean discrepancy
/// ```
public struct ImageClassifier: Network, ClaimingClassifier {
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

  /// The baseline of G. Spigler, "Denoising autoencoders for overgeneralization in neural networks", 2019: two convolutions with 5×5
  /// kernels, without padding, each followed by maximum pooling and ReLU (which commute), a hidden layer, and the classes.
  public static func unpaddedLayers(
    classes: Int, maps: Int = 32, hidden: Int = 400, kernel: Int = 5
  ) -> [LayerSpecification] {
    [
      .convolution(channels: maps, kernel: kernel, activation: .relu), .maximumPooling(window: 2),
      .convolution(channels: 2 * maps, kernel: kernel, activation: .relu), .maximumPooling(window: 2),
      .flatten, .dense(units: hidden, activation: .relu), .dense(units: classes),
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
    let shape = Shape(images.shape.dropFirst())
    return try train(
      layers(exampleShape: shape, classes: classes, maps: maps, hidden: hidden), on: images, labels: labels,
      trainer: trainer, progress: progress)
  }

  /// Trains layers of any kind, the last of which has as many units as there are classes, on cross-entropy, from fresh weights drawn
  /// from the trainer's seed.
  /// - Throws: As `train(on:labels:classes:)`; `ModelFileError.malformed` when the layers don't fit one another or the examples.
  public static func train(
    _ layers: [LayerSpecification], on examples: Tensor, labels: Indexes, trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<ImageClassifier> {
    let classifier = try ImageClassifier.validating(
      Sequential.Architecture(layers: layers, exampleShape: Array(examples.shape.dropFirst())),
      seed: trainer.seed)
    try labels.requireLabels(classes: classifier.classCount, examples: examples.exampleCount)
    return try trainer.train(
      classifier, on: TrainingSet(examples, labels: labels),
      loss: { model, batch, scope in
        model.network(scope.constant(batch.inputs), scope.context).crossEntropy(labels: batch.labels!).mean()
      }, progress: progress)
  }

  public func logits(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: network.outputShape) { network($0) }
  }

  /// The logarithms of the classes' probabilities.
  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value { network(x, .inference).logSoftmax() }

  /// The activations before the last layer, `[n, features]`.
  public func features(checked x: Tensor) -> Tensor {
    let body = network.dropLast()
    return x.inPieces(outputShape: body.outputShape) { body($0) }.flattened()
  }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { network(x) }

  /// The last layer, where it is fully connected and without an activation.
  public var linearHead: LinearHead? { network.linearHead }
}
