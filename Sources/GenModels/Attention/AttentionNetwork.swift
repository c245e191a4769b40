/// A network that finds the objects of an image one after the other, each as a mask a, and leaves clutter out.
///
/// The same layers are applied again and again to the image and to the scope s, what has not been attended to yet, as in C. P. Burgess et
/// al., "MONet: unsupervised scene decomposition and representation", 2019, but trained on scenes whose masks are known:
///
///     s₀ = 1,   a_k = s_{k−1} · σ(f(x, s_{k−1})),   s_k = s_{k−1} − a_k.
///
/// Objects are learned from left to right, and an empty mask after the last of them.
///
/// ```swift
/// let attention = try AttentionNetwork.train(on: scenes.images, masks: scenes.masks).model
/// try attention.masks(images, steps: 2)        // [n, 2, height, width]
/// ```
public struct AttentionNetwork: Network, ExampleReader {
  public typealias Examples = Tensor

  public static let kind = "attention-network"

  /// The layers f, from the image with the scope as its last channel to one logit a pixel.
  public private(set) var network: Sequential

  public init(configuration: Sequential.Architecture, tensors: TensorSource) throws(ModelFileError) {
    network = try Sequential(configuration: configuration, tensors: tensors)
    let (input, output) = (network.exampleShape, network.outputShape)
    guard input.rank == 3, input[2] >= 2, output == [input[0], input[1], 1] else {
      throw .malformed(
        reason:
          "attention takes an image and its scope and gives one number a pixel, and its layers lead from \(input) to \(output)"
      )
    }
  }

  public var configuration: Sequential.Architecture { network.configuration }

  /// The shape of one image, without the scope.
  public var exampleShape: Shape {
    [network.exampleShape[0], network.exampleShape[1], network.exampleShape[2] - 1]
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    network.visitParameters(with: visitor)
  }

  /// Two poolings and back, so that a pixel sees enough around it to tell an object from a fragment and a left one from a right one.
  ///
  /// Heights and widths are multiples of 4.
  public static func layers(maps: Int = 16) -> [LayerSpecification] {
    [
      .convolution(channels: maps, kernel: 5, activation: .relu, padding: .same), .maximumPooling(window: 2),
      .convolution(channels: 2 * maps, kernel: 5, activation: .relu, padding: .same),
      .maximumPooling(window: 2),
      .convolution(channels: 2 * maps, kernel: 5, activation: .relu, padding: .same),
      .convolution(channels: 2 * maps, kernel: 5, activation: .relu, padding: .same), .upsampling(factor: 2),
      .convolution(channels: maps, kernel: 5, activation: .relu, padding: .same), .upsampling(factor: 2),
      .convolution(channels: maps, kernel: 3, activation: .relu, padding: .same),
      .convolution(channels: 1, kernel: 3, activation: .identity, padding: .same),
    ]
  }

  /// The masks a of the first `steps` objects, `[examples, steps, height, width]`, each in 0...1; their sum is at most 1 everywhere.
  /// - Throws: `ExampleError`.
  public func masks(_ x: Tensor, steps: Int) throws -> Tensor {
    precondition(steps >= 1, "Attention takes at least one step, not \(steps).")
    try check(x)
    let (height, width) = (exampleShape[0], exampleShape[1])
    return x.inPieces(of: 128, outputShape: [steps, height, width]) { x in
      var scope = Tensor.ones([x.shape[0], height, width, 1])
      var masks: [Tensor] = []
      for _ in 0..<steps {
        let attended = scope * network(Tensor.concatenate([x, scope], axis: 3)).sigmoid()
        scope = scope - attended
        masks.append(attended.reshaped([x.shape[0], 1, height, width]))
      }
      return .concatenate(masks, axis: 1)
    }
  }
}

extension AttentionNetwork {
  /// The default recipe: Adam, batches of 32, 6 epochs, a rate that falls along half a cosine.
  public static var trainer: Trainer {
    Trainer(optimizer: Adam(learningRate: 1e-3), epochs: 6, batchSize: 32, schedule: .cosine(floor: 0.01))
  }

  /// Trains on scenes whose masks are known, from fresh weights drawn from the trainer's seed: in each step k on the cross-entropy of σ(f(x,
  /// s_{k−1})) to the k-th mask, averaged over pixels, with the true scope s_{k−1} = 1 − (the masks before k).
  ///
  /// - Parameters:
  ///   - images: `[scenes, height, width, channels]`, height and width multiples of 4.
  ///   - masks: `[scenes, steps, height, width]`, in 0...1; empty masks after a scene's last object.
  ///   - maps: Maps of the first convolution.
  ///   - trainer: Epochs, batches, optimizer and seed.
  ///   - progress: Called after each step; training ends with what it throws.
  /// - Throws: `ExampleError` when masks and images don't belong together; `ModelFileError.malformed` for sizes that the layers don't
  ///   fit; `TrainingError`; `CancellationError`.
  public static func train(
    on images: Tensor, masks: Tensor, maps: Int = 16, trainer: Trainer = trainer,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<AttentionNetwork> {
    guard images.rank == 4, masks.rank == 4, masks.shape[0] == images.shape[0], masks.shape[1] >= 1,
      masks.shape[2] == images.shape[1], masks.shape[3] == images.shape[2]
    else {
      throw ExampleError.unexpectedShape(
        found: Shape(masks.shape.dropFirst()),
        expected: Shape([1] + Array(images.shape.dropFirst().prefix(2))))
    }
    try masks.requirePixels()
    let steps = masks.shape[1]
    let (height, width) = (images.shape[1], images.shape[2])
    let model = try validating(
      .init(layers: layers(maps: maps), exampleShape: [height, width, images.shape[3] + 1]),
      seed: trainer.seed)
    // One example a scene: its image and all its masks; the steps are taken in the loss.
    let targets = masks.transposed([0, 2, 3, 1])
    return try trainer.train(
      model, on: TrainingSet(images, targets: targets),
      loss: { model, batch, scope in
        var seen = Tensor.ones([batch.count, height, width, 1])
        var total: Variable?
        for step in 0..<steps {
          let mask = batch.targets!.sliced(axis: 3, step..<step + 1)
          let logits = model.network(
            scope.constant(Tensor.concatenate([batch.inputs, seen], axis: 3)), scope.context)
          let loss = (logits.softplus() - logits * mask).mean()
          total = total.map { $0 + loss } ?? loss
          seen = (seen - mask).maximum(with: Tensor(0))
        }
        return total! * (1 / Float(steps))
      }, progress: progress)
  }
}
