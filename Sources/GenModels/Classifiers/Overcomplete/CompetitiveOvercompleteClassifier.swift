/// A classifier with a competitive overcomplete output layer, COOL (N. Kardan and K. O. Stanley, "Mitigating fooling with competitive
/// overcomplete output layer neural networks", 2017): each class has ω units, all classes' units compete in one softmax, and each
/// unit of the right class is trained towards 1/ω.
///
/// The claim for a class is s = ω^ω · Π y over its units: 1 when each of them has 1/ω, and far below 1 as soon as one of them
/// disagrees with the others. It is computed in logarithms: Π y underflows from about ω = 20 on.
///
/// ```swift
/// let result = try CompetitiveOvercompleteClassifier.train(on: images, labels: labels, classes: 10, overcompleteness: 10)
/// try result.model.labels(x, claimingAtLeast: 0.9)      // nil where it does not know
/// ```
public struct CompetitiveOvercompleteClassifier: Network, ClaimingClassifier {
  public static let kind = "competitive-overcomplete-classifier"

  /// The layers, and how many units a class has.
  public struct Architecture: Codable, Hashable, Sendable {
    /// The layers, whose last has classes · ω units; those of a class stand side by side.
    public var network: Sequential.Architecture
    /// ω, 1...1024.
    public var overcompleteness: Int

    public init(network: Sequential.Architecture, overcompleteness: Int) {
      self.network = network
      self.overcompleteness = overcompleteness
    }
  }

  /// The network, whose output is the units' logits.
  public private(set) var network: Sequential
  /// ω: the units of a class.
  public let overcompleteness: Int

  public init(configuration: Architecture, tensors: TensorSource) throws(ModelFileError) {
    guard (1...1024).contains(configuration.overcompleteness) else {
      throw .malformed(
        reason:
          "the overcompleteness of an output layer lies in 1...1024, and it is \(configuration.overcompleteness)"
      )
    }
    network = try Sequential(configuration: configuration.network, tensors: tensors)
    overcompleteness = configuration.overcompleteness
    guard network.outputShape.rank == 1, !configuration.network.layers.isEmpty,
      network.outputShape[0].isMultiple(of: overcompleteness)
    else {
      throw .malformed(
        reason: "\(overcompleteness) units a class don't divide an output of shape \(network.outputShape)")
    }
  }

  public var configuration: Architecture {
    Architecture(network: network.configuration, overcompleteness: overcompleteness)
  }

  public var exampleShape: Shape { network.exampleShape }

  public var classCount: Int { network.outputShape[0] / overcompleteness }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    network.visitParameters(with: visitor)
  }

  /// ln s = ω ln ω + Σ ln y over the class's units: 0 at most.
  public func logClaims<Value: TensorAlgebra>(_ x: Value) -> Value {
    let offset = Float(Double(overcompleteness) * logarithm(Double(overcompleteness)))
    let sums = memberLogProbabilities(x, .inference).sum(axes: [2])
    // Rounding can lift a sum above its bound.
    return (sums + sums.constant(Tensor(offset))).minimum(with: sums.constant(Tensor(0)))
  }

  public func recordedLogits<Value: TensorAlgebra>(_ x: Value) -> Value { logClaims(x) }

  /// The logarithms of the claims, which rank classes and whose softmax says how the classes share what is claimed.
  public func logits(checked x: Tensor) -> Tensor {
    x.inPieces(outputShape: [classCount]) { logClaims($0) }
  }

  /// The activations before the last layer, `[n, features]`.
  public func features(checked x: Tensor) -> Tensor {
    let body = network.dropLast()
    return x.inPieces(outputShape: body.outputShape) { body($0) }.flattened()
  }

  /// ln y `[examples, classes, ω]` of the softmax over all units.
  private func memberLogProbabilities<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    network(x, context).logSoftmax().reshaped([x.shape[0], classCount, overcompleteness])
  }
}

extension CompetitiveOvercompleteClassifier {
  /// Trains the network of `ImageClassifier.unpaddedLayers` with ω units a class; see `train(_:on:labels:classes:)`.
  public static func train(
    on images: Tensor, labels: Indexes, classes: Int, overcompleteness: Int, maps: Int = 32,
    hidden: Int = 400, kernel: Int = 5, trainer: Trainer = ImageClassifier.trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<CompetitiveOvercompleteClassifier> {
    guard (1...1 << 20).contains(classes), (1...1024).contains(overcompleteness) else {
      throw ModelFileError.malformed(
        reason: "there are no \(classes) classes with \(overcompleteness) units each; ω lies in 1...1024")
    }
    let layers = ImageClassifier.unpaddedLayers(
      classes: classes * overcompleteness, maps: maps, hidden: hidden, kernel: kernel)
    return try train(
      Architecture(
        network: .init(layers: layers, exampleShape: Array(images.shape.dropFirst())),
        overcompleteness: overcompleteness), on: images, labels: labels, trainer: trainer, progress: progress)
  }

  /// Trains on the cross-entropy to 1/ω for each unit of the label's class, −(1/ω) Σ ln y, from fresh weights drawn from the trainer's
  /// seed. Its least value is ln ω.
  ///
  /// - Throws: `ExampleError` for labels that are no classes; `ModelFileError.malformed` for an architecture that makes no sense;
  ///   `TrainingError`; `CancellationError`.
  public static func train(
    _ architecture: Architecture, on examples: Tensor, labels: Indexes,
    trainer: Trainer = ImageClassifier.trainer, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<CompetitiveOvercompleteClassifier> {
    let model = try validating(architecture, seed: trainer.seed)
    try labels.requireLabels(classes: model.classCount, examples: examples.exampleCount)
    return try trainer.train(
      model, on: TrainingSet(examples, labels: labels),
      loss: { model, batch, scope in
        let classes = Tensor.oneHot(batch.labels!, classes: model.classCount)
        let members = model.memberLogProbabilities(scope.constant(batch.inputs), scope.context).mean(axes: [2]
        )
        return -(members * classes).sum(axes: [1]).mean()
      }, progress: progress)
  }
}
