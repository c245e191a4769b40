/// A layer of a `Sequential` model: a description of any type.
///
/// Sizes of inputs are not given: they follow from the layer before.
public struct LayerSpecification: Sendable, Hashable, Codable {
  public let description: any LayerDescription

  /// A layer of any type, an importer's own among them.
  public init(_ description: some LayerDescription) { self.description = description }

  public init(from decoder: any Decoder) throws {
    guard let found = try BlockCoding.decode(.layer, from: decoder) as? any LayerDescription else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the block is no layer"))
    }
    description = found
  }

  public func encode(to encoder: any Encoder) throws { try BlockCoding.encode(description, to: encoder) }

  public static func == (a: LayerSpecification, b: LayerSpecification) -> Bool {
    a.description.isEqual(b.description)
  }

  public func hash(into hasher: inout Hasher) { description.hash(into: &hasher) }
}

extension LayerSpecification {
  /// A convolution with a square kernel; images in, images out.
  public static func convolution(
    channels: Int, kernel: Int, activation: Activation = .relu, padding: Padding = .valid, stride: Int = 1
  ) -> LayerSpecification {
    .init(
      ConvolutionDescription(
        channels: channels, kernel: kernel, activation: activation, padding: padding, stride: stride))
  }

  /// A transposed convolution with a square kernel, n pixels to (n − 1) · stride + kernel; images in, images out.
  public static func transposedConvolution(
    channels: Int, kernel: Int, activation: Activation = .relu, stride: Int = 1
  ) -> LayerSpecification {
    .init(
      TransposedConvolutionDescription(
        channels: channels, kernel: kernel, activation: activation, stride: stride))
  }

  /// Each pixel as a square of factor × factor equal ones; images in, images out.
  public static func upsampling(factor: Int) -> LayerSpecification {
    .init(UpsamplingDescription(factor: factor))
  }

  /// Spatial winner-take-all with channel sparsity ρ and lifetime rate; images in, images (or a code) out.
  public static func winnerTakeAll(
    channelSparsity: Double = 0, lifetimeRate: Double? = nil
  ) -> LayerSpecification {
    .init(WinnerTakeAllDescription(channelSparsity: channelSparsity, lifetimeRate: lifetimeRate))
  }

  /// The maximum over square windows; images in, images out.
  public static func maximumPooling(window: Int, stride: Int? = nil) -> LayerSpecification {
    .init(MaximumPoolingDescription(window: window, stride: stride))
  }

  /// A fully connected layer; takes `[batch, features]`.
  public static func dense(units: Int, activation: Activation = .identity) -> LayerSpecification {
    .init(DenseDescription(units: units, activation: activation))
  }

  /// Batch normalization of each channel (the last axis).
  public static var batchNormalization: LayerSpecification { .init(BatchNormalizationDescription()) }

  public static func dropout(probability: Float) -> LayerSpecification {
    .init(DropoutDescription(probability: probability))
  }

  public static func activation(_ activation: Activation) -> LayerSpecification {
    .init(ActivationDescription(activation))
  }

  /// `[batch, ...]` to `[batch, features]`.
  public static var flatten: LayerSpecification { .init(FlattenDescription()) }

  /// `[batch, ...]` to `[batch] + shape`.
  public static func reshape(_ shape: [Int]) -> LayerSpecification { .init(ReshapeDescription(shape)) }

  /// x + f(x), f being layers that keep the shape (K. He, X. Zhang, S. Ren and J. Sun, 2016).
  public static func residual(_ layers: [LayerSpecification]) -> LayerSpecification {
    .init(ResidualDescription(layers: layers))
  }
}
