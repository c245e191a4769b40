/// The convolutional autoencoder of B. Kégl, M. Cherti and A. Kazakçı, "Spurious samples in deep generative models: bug or
/// feature?", 2018, section 4.
///
/// L convolutions without padding and with ReLU encode an image; the last of them has the bottleneck's maps, on which spatial
/// and channel winner-take-all act. L convolutions with full padding decode it, the last one with a sigmoid.
///
///     let digits = Tensor(…)        // [examples, 28, 28, 1], pixels in 0...1
///     let trained = try ConvolutionalAutoencoder.train(.init(layers: 2), on: digits)
///     trained.model.canReconstruct(digits, threshold: 50)
///
/// With 28×28×1 images and 128 maps everywhere, L = 1…6 layers have 6,529; 825,985; 1,645,441; 2,464,897; 3,284,353 and
/// 4,103,809 parameters.
public struct ConvolutionalAutoencoder: Layer {
  public let architecture: Architecture
  /// From the image to the bottleneck's maps, before winner-take-all.
  public var encoder: [Convolution]
  /// From the code to the image.
  public var decoder: [Convolution]

  /// A model with fresh parameters (X. Glorot and Y. Bengio, 2010, uniform), drawn from `seed`. Traps when the architecture
  /// makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    var random = RandomGenerator(seed: seed).split("initialization")
    do {
      try self.init(architecture: architecture) { (name: String, shape: Shape) in
        guard shape.rank == 4 else { return .zeros(shape) }
        let taps = shape[0] * shape[1]
        return Initialization.glorotUniform.weights(
          shape, fanIn: taps * shape[2], fanOut: taps * shape[3], using: &random)
      }
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The winner-take-all of the bottleneck; nil for a plain autoencoder.
  var winnerTakeAll: WinnerTakeAll? {
    switch architecture.bottleneck {
    case .plain: nil
    case .winnerTakeAll(let channelSparsity, let lifetimeRate):
      WinnerTakeAll(channelSparsity: channelSparsity, lifetimeRate: lifetimeRate)
    }
  }

  /// The shape of one image.
  public var imageShape: Shape { [architecture.height, architecture.width, architecture.channels] }

  /// The reconstructions of images `[batch, height, width, channels]`.
  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    precondition(
      x.shape.rank == 4 && x.shape.dropFirst().elementsEqual(imageShape),
      "This autoencoder takes images \(imageShape) in batches, not a tensor of shape \(x.shape).")
    var value = x
    guard let winnerTakeAll else {
      for layer in encoder + decoder { value = layer(value, context) }
      return value
    }
    for layer in encoder.dropLast() { value = layer(value, context) }
    let code = winnerTakeAll.sparsified(encoder[encoder.count - 1].winners(value), context)
    value = decoder[0](code, context)
    for layer in decoder.dropFirst() { value = layer(value, context) }
    return value
  }

  /// The winner-take-all code of images. Traps on a plain autoencoder, which has none.
  public func code(_ x: Tensor) -> WinnerCode<Tensor> {
    guard let winnerTakeAll else {
      preconditionFailure("A plain autoencoder has no winner-take-all code; its bottleneck is dense.")
    }
    var value = x
    for layer in encoder.dropLast() { value = layer(value) }
    return winnerTakeAll.sparsified(encoder[encoder.count - 1].winners(value), .inference)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in encoder.indices { visitor.visit("encoder.\(index)", &encoder[index]) }
    for index in decoder.indices { visitor.visit("decoder.\(index)", &decoder[index]) }
  }
}

extension ConvolutionalAutoencoder: SavableModel {
  public static let kind = "convolutional-autoencoder"

  public init(
    architecture: Architecture, tensors provide: (String, Shape) throws(ModelFileError) -> Tensor
  ) throws(ModelFileError) {
    try architecture.check()
    let (count, maps, kernel) = (architecture.layers, architecture.maps, architecture.kernel)
    func layer(
      _ part: String, _ index: Int, from inChannels: Int, to outChannels: Int, _ activation: Activation,
      _ padding: Padding
    ) throws(ModelFileError) -> Convolution {
      Convolution(
        weight: try provide("\(part).\(index).weight", [kernel, kernel, inChannels, outChannels]),
        bias: try provide("\(part).\(index).bias", [outChannels]), activation: activation, padding: padding)
    }
    var encoder: [Convolution] = []
    var decoder: [Convolution] = []
    for index in 0..<count {
      encoder.append(
        try layer(
          "encoder", index, from: index == 0 ? architecture.channels : maps,
          to: index == count - 1 ? architecture.bottleneckMaps : maps, .relu, .valid))
    }
    for index in 0..<count {
      let isLast = index == count - 1
      decoder.append(
        try layer(
          "decoder", index, from: index == 0 ? architecture.bottleneckMaps : maps,
          to: isLast ? architecture.channels : maps, isLast ? .sigmoid : .relu, .full))
    }
    self.architecture = architecture
    self.encoder = encoder
    self.decoder = decoder
  }
}
