/// The convolutional autoencoder of B. Kégl, M. Cherti and A. Kazakçı, "Spurious samples in deep generative models: bug or
/// feature?", 2018, section 4.
///
/// L convolutions without padding and with ReLU encode an image; the last of them has the bottleneck's maps, on which spatial
/// and channel winner-take-all act. L convolutions with full padding decode it, the last one with a sigmoid.
///
/// ```swift
/// let trained = try ConvolutionalAutoencoder.train(.init(layers: 2), on: digits)     // [n, 28, 28, 1], pixels in 0...1
/// try trained.model.canReconstruct(digits, threshold: 50)
/// ```
///
/// With 28×28×1 images and 128 maps everywhere, L = 1…6 layers have 6,529; 825,985; 1,645,441; 2,464,897; 3,284,353 and
/// 4,103,809 parameters.
public struct ConvolutionalAutoencoder: Layer, Network {
  public static let kind = "convolutional-autoencoder"

  public let architecture: Architecture
  /// From the image to the bottleneck's maps, before winner-take-all.
  public var encoder: [Convolution]
  /// From the code to the image.
  public var decoder: [Convolution]

  /// A model with fresh parameters (X. Glorot and Y. Bengio, 2010, uniform), drawn from `seed`. Traps when the architecture
  /// makes no sense.
  public init(_ architecture: Architecture, seed: UInt64) {
    do { self = try .validating(architecture, seed: seed) } catch { preconditionFailure("\(error)") }
  }

  /// The winner-take-all of the bottleneck; nil for a plain autoencoder.
  var winnerTakeAll: WinnerTakeAll? {
    switch architecture.bottleneck {
    case .plain: nil
    case .winnerTakeAll(let channelSparsity, let channelStride, let lifetimeRate):
      WinnerTakeAll(
        channelSparsity: channelSparsity, channelStride: channelStride, lifetimeRate: lifetimeRate)
    }
  }

  /// The shape of one image.
  public var exampleShape: Shape { [architecture.height, architecture.width, architecture.channels] }

  /// The reconstructions of images `[batch, height, width, channels]`.
  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    precondition(
      x.shape.rank == 4 && x.shape.dropFirst().elementsEqual(exampleShape),
      "This autoencoder takes images \(exampleShape) in batches, not a tensor of shape \(x.shape).")
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

extension ConvolutionalAutoencoder {
  public var configuration: Architecture { architecture }

  public init(configuration architecture: Architecture, tensors: TensorSource) throws(ModelFileError) {
    try architecture.check()
    let (count, maps, kernel) = (architecture.layers, architecture.maps, architecture.kernel)
    func layer(
      _ part: String, _ index: Int, from inChannels: Int, to outChannels: Int, _ activation: Activation,
      _ padding: Padding
    ) throws(ModelFileError) -> Convolution {
      let (tensors, taps) = (tensors.under("\(part).\(index)"), kernel * kernel)
      return Convolution(
        weight: try tensors.weights(
          "weight", [kernel, kernel, inChannels, outChannels], fanIn: taps * inChannels,
          fanOut: taps * outChannels),
        bias: try tensors.constant("bias", [outChannels], 0), activation: activation, padding: padding)
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
