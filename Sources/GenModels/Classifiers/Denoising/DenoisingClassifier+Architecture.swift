extension DenoisingClassifier {
  /// The layers.
  public struct Architecture: Codable, Hashable, Sendable {
    public var exampleShape: [Int]
    /// Examples to features.
    public var encoder: [LayerSpecification]
    /// Features to the classes' logits.
    public var head: [LayerSpecification]
    /// Features to the example.
    public var decoder: [LayerSpecification]
    public var output: Output

    public init(
      exampleShape: [Int], encoder: [LayerSpecification], head: [LayerSpecification],
      decoder: [LayerSpecification], output: Output
    ) {
      self.exampleShape = exampleShape
      self.encoder = encoder
      self.head = head
      self.decoder = decoder
      self.output = output
    }
  }

  /// What the decoder's output is, and the loss that it is trained on.
  public enum Output: String, Codable, Hashable, Sendable, CaseIterable {
    /// Logits of pixels in 0...1: r = sigmoid(decoder), under the cross-entropy. A sigmoid under the squared error can die, all black,
    /// with a classifier that looks healthy.
    case pixels
    /// Any numbers: r = decoder, under half the squared error.
    case numbers
  }

  /// How the decoder is built.
  public enum DecoderShape: String, Codable, Hashable, Sendable, CaseIterable {
    /// The encoder's mirror image: a fully connected layer, up-sampling where the encoder pools, and transposed convolutions (at stride 1:
    /// convolutions with full padding) where it convolves.
    case symmetric
    /// One fully connected layer from the features to the pixels. The paper does not say what its asymmetric decoder is; this is the
    /// simplest that there is.
    case asymmetric
  }
}

extension DenoisingClassifier.Architecture {
  /// The network of the paper, with its sizes unless said otherwise: the layers of `ImageClassifier.unpaddedLayers`, and a decoder on
  /// the last hidden layer.
  ///
  /// The mirrored decoder needs even sizes before each pooling: for 5×5 kernels, heights and widths that are multiples of 4.
  public static func convolutional(
    exampleShape: [Int], classes: Int, maps: Int = 32, hidden: Int = 400, kernel: Int = 5,
    decoder: DenoisingClassifier.DecoderShape = .symmetric
  ) -> DenoisingClassifier.Architecture {
    let layers = ImageClassifier.unpaddedLayers(classes: classes, maps: maps, hidden: hidden, kernel: kernel)
    let channels = exampleShape.last ?? 1
    // Pixels on a side of the last feature maps; nonsense sizes are refused where the layers are built.
    let sides = exampleShape.dropLast().map { max(1, (($0 - kernel + 1) / 2 - kernel + 1) / 2) }
    let mirrored: [LayerSpecification] =
      [
        .dense(units: sides.reduce(1, *) * 2 * maps, activation: .relu), .reshape(sides + [2 * maps]),
        .upsampling(factor: 2),
        .convolution(channels: maps, kernel: kernel, activation: .relu, padding: .full),
        .upsampling(factor: 2),
        .convolution(channels: channels, kernel: kernel, activation: .identity, padding: .full),
      ]
    return DenoisingClassifier.Architecture(
      exampleShape: exampleShape, encoder: layers.dropLast(), head: Array(layers.suffix(1)),
      decoder: decoder == .symmetric
        ? mirrored : [.dense(units: exampleShape.reduce(1, *)), .reshape(exampleShape)],
      output: .pixels)
  }

  /// Fully connected layers with ReLU on vectors, mirrored in the decoder; the last of `hidden` is the code.
  public static func dense(
    features: Int, classes: Int, hidden: [Int], output: DenoisingClassifier.Output = .numbers
  ) -> DenoisingClassifier.Architecture {
    DenoisingClassifier.Architecture(
      exampleShape: [features], encoder: hidden.map { .dense(units: $0, activation: .relu) },
      head: [.dense(units: classes)],
      decoder: hidden.dropLast().reversed().map { .dense(units: $0, activation: .relu) }
        + [.dense(units: features)], output: output)
  }
}
