/// A classifier that was trained against virtual outliers, which it draws itself in its feature space (X. Du et al., VOS: Learning what
/// you don't know by virtual outlier synthesis, 2022).
///
/// Each class's features are taken for a Gaussian; rare draws of it are virtual outliers. A line φ(E) = a E + b of the free energy
/// E(x) = −ln Σ wₖ exp fₖ(x) learns to tell them from examples, and is the score.
///
/// ```swift
/// let result = try VirtualOutlierClassifier.train(on: images, labels: labels, classes: 10)
/// try result.model.labels(x)       // the classes
/// try result.model.score(x)        // log-odds of being an outlier, in nats
/// ```
public struct VirtualOutlierClassifier: Network, ClaimingClassifier, OODScorer {
  public static let kind = "virtual-outlier-classifier"

  /// The layers.
  public struct Architecture: Codable, Hashable, Sendable {
    /// The shape of one example.
    public var exampleShape: [Int]
    /// From examples to features, a vector.
    public var encoder: [LayerSpecification]
    /// Number of classes; a fully connected layer goes from the features to their logits.
    public var classCount: Int

    public init(exampleShape: [Int], encoder: [LayerSpecification], classCount: Int) {
      self.exampleShape = exampleShape
      self.encoder = encoder
      self.classCount = classCount
    }
  }

  /// Examples to features.
  public private(set) var encoder: Sequential
  /// Features to the classes' logits.
  public private(set) var head: Sequential
  /// The classes' features, as last seen in training.
  public private(set) var gaussians: FeatureGaussians
  /// ln w of each class in the energy, `[classes]`.
  private var classWeight: Parameter
  /// a and b of φ, `[1]` each.
  private var scale, shift: Parameter

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    guard (1...1 << 20).contains(configuration.classCount) else {
      throw .malformed(reason: "a classifier can't have \(configuration.classCount) classes")
    }
    encoder = try Sequential(
      configuration: .init(layers: configuration.encoder, exampleShape: configuration.exampleShape),
      tensors: tensors.under("encoder"))
    guard encoder.outputShape.rank == 1, !configuration.encoder.isEmpty else {
      throw .malformed(
        reason: "an encoder ends in a vector of features, and this one gives \(encoder.outputShape)")
    }
    let (features, classes) = (encoder.outputShape[0], configuration.classCount)
    guard features <= 1 << 13, features * classes <= 1 << 24 else {
      throw .malformed(
        reason: "Gaussians of \(classes) classes of \(features) features are too large: 8192 features at most"
      )
    }
    head = try Sequential(
      configuration: .init(layers: [.dense(units: classes)], exampleShape: [features]),
      tensors: tensors.under("head"))
    classWeight = Parameter(try tensors.constant("classWeight", [classes], 0))
    scale = Parameter(try tensors.constant("scale", [1], 1))
    shift = Parameter(try tensors.constant("shift", [1], 0))
    gaussians = try FeatureGaussians(features: features, classes: classes, tensors.under("gaussians"))
  }

  public var configuration: Architecture {
    Architecture(
      exampleShape: Array(encoder.exampleShape), encoder: encoder.specifications, classCount: classCount)
  }

  public var exampleShape: Shape { encoder.exampleShape }

  public var classCount: Int { head.outputShape[0] }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    visitor.visit("head", &head)
    visitor.visit("classWeight", &classWeight)
    visitor.visit("scale", &scale)
    visitor.visit("shift", &shift)
    visitor.visit("gaussians", &gaussians)
  }

  public func logits(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: head.outputShape) { head(encoder($0)) }
  }

  public func features(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: encoder.outputShape) { encoder($0) }
  }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { head(encoder(x)) }

  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value { recordedLogits(x).logSoftmax() }

  /// The last layer.
  public var linearHead: LinearHead? { head.linearHead }

  /// φ(E(x)) = a E(x) + b, the log-odds of a virtual outlier against an example, in nats.
  public func score(checked x: Tensor) -> [Double] {
    x.inPieces(outputShape: [1]) { outlierLogOdds(ofLogits: head(encoder($0))).reshaped([$0.shape[0], 1]) }
      .elements.map { Double($0) }
  }

  /// φ of rows of logits `[batch, classes]`: `[batch]`.
  private func outlierLogOdds<Value: TensorAlgebra>(ofLogits logits: Value) -> Value {
    let energy = -(logits + logits.value(of: classWeight)).logSumExp()
    return energy * logits.value(of: scale) + logits.value(of: shift)
  }
}

extension VirtualOutlierClassifier {
  /// Trains the network of `ImageClassifier.layers` against virtual outliers; see `train(_:on:labels:)`.
  public static func train(
    on images: Tensor, labels: Indexes, classes: Int, maps: Int = 32, hidden: Int = 400,
    synthesis: VirtualOutlierSynthesis = VirtualOutlierSynthesis(),
    trainer: Trainer = ImageClassifier.trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<VirtualOutlierClassifier> {
    let shape = Shape(images.shape.dropFirst())
    let layers = ImageClassifier.layers(exampleShape: shape, classes: classes, maps: maps, hidden: hidden)
    return try train(
      Architecture(exampleShape: Array(shape), encoder: layers.dropLast(), classCount: classes), on: images,
      labels: labels, synthesis: synthesis, trainer: trainer, progress: progress)
  }

  /// Trains on the cross-entropy of the classes and, after the warm-up, β times the logistic loss of φ: ln(1 + exp φ) averaged over the
  /// batch's examples and ln(1 + exp −φ) over virtual outliers (X. Du et al., 2022, equations 5 and 6).
  ///
  /// - Parameters:
  ///   - architecture: The layers.
  ///   - examples: `[examples] + shape`.
  ///   - labels: 0..<classes, one for each example.
  ///   - synthesis: How many virtual outliers, how rare, from when on.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` for labels that are no classes; `OutlierGenerationError.invalidSetting`; `ModelFileError.malformed` for an
  ///   architecture that makes no sense; `TrainingError`; `CancellationError`.
  public static func train(
    _ architecture: Architecture, on examples: Tensor, labels: Indexes,
    synthesis: VirtualOutlierSynthesis = VirtualOutlierSynthesis(),
    trainer: Trainer = ImageClassifier.trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<VirtualOutlierClassifier> {
    try synthesis.requireSense()
    let model = try validating(architecture, seed: trainer.seed)
    try labels.requireLabels(classes: model.classCount, examples: examples.exampleCount)
    let batches = (examples.exampleCount + trainer.batchSize - 1) / trainer.batchSize
    let warmUp = Float(synthesis.warmUp * Double(batches * trainer.epochs))
    var trainer = trainer
    trainer.lossSettings["virtual outliers"] = "\(synthesis)"
    return try trainer.train(
      model, on: TrainingSet(examples, labels: labels),
      loss: { model, batch, scope in
        let features = model.encoder(scope.constant(batch.inputs), scope.context)
        let logits = model.head(features, scope.context)
        let classification = logits.crossEntropy(labels: batch.labels!).mean()
        guard scope.context.isTraining else { return classification }
        let seen = model.gaussians.following(
          features.tensor, labels: batch.labels!, memory: synthesis.memory, scope.context)
        guard seen.steps - 1 >= warmUp else { return classification }
        let outliers = try scope.context.withRandom { try seen.rareDraws(synthesis, using: &$0) }
        guard outliers.exampleCount > 0 else { return classification }
        let virtual = model.head(scope.constant(outliers), scope.context)
        let uncertainty =
          model.outlierLogOdds(ofLogits: logits).softplus().mean()
          + (-model.outlierLogOdds(ofLogits: virtual)).softplus().mean()
        return classification + uncertainty * synthesis.weight
      }, progress: progress)
  }
}
