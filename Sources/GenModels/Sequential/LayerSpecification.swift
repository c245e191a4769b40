/// A layer of a `Sequential` model: a description of any type.
///
/// Sizes of inputs are not given: they follow from the layer before.
public typealias LayerSpecification = BlockSpecification<LayerBlock>

/// The kind of block that `LayerDescription` describes.
public enum LayerBlock: SpecifiedBlock {
  public static var family: BlockFamily { .layer }

  public static func block(_ description: any LayerDescription) -> any BuildingBlock { description }
}

extension LayerSpecification {
  /// A layer of any type, an importer's own among them.
  public init(_ description: some LayerDescription) { self.init(describedBy: description) }
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

  /// Spatial winner-take-all with one winner in each cell of channelStride × channelStride positions, channel sparsity ρ
  /// and lifetime rate; images in, images (or a code) out.
  public static func winnerTakeAll(
    channelSparsity: Double = 0, channelStride: Int? = nil, lifetimeRate: Double? = nil
  ) -> LayerSpecification {
    .init(
      WinnerTakeAllDescription(
        channelSparsity: channelSparsity, channelStride: channelStride, lifetimeRate: lifetimeRate))
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
