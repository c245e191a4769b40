/// A bijection of a flow: a description of any type.
///
/// Shapes are not given: they follow from the bijection before. Examples are vectors `[features]` or images
/// `[height, width, channels]`; "channels" below is the last axis of either.
public typealias BijectionSpecification = BlockSpecification<BijectionBlock>

/// The kind of block that `BijectionDescription` describes.
public enum BijectionBlock: SpecifiedBlock {
  public static var family: BlockFamily { .bijection }

  public static func block(_ description: any BijectionDescription) -> any BuildingBlock { description }
}

extension BijectionSpecification {
  /// A bijection of any type, an importer's own among them.
  public init(_ description: some BijectionDescription) { self.init(describedBy: description) }
}

extension BijectionSpecification {
  /// One half of the channels is changed as a network of the other half says. On vectors the network is fully connected with
  /// these `hidden` units and ReLU; on images it has two hidden layers of `hidden[0]` and `hidden[1]` channels, with
  /// kernels of 3, 1 and 3 pixels (Glow).
  public static func coupling(
    _ transform: CouplingTransform = .affine(), hidden: [Int], changes: ChannelHalf = .second
  ) -> BijectionSpecification {
    .init(CouplingDescription(transform: transform, hidden: hidden, changes: changes))
  }

  /// One half of a vector's features is changed as any layers over the other half say, your own among them. Their last layer is a
  /// dense one that is added here and starts at zero, so that the fresh coupling is the identity.
  public static func coupling(
    _ transform: CouplingTransform = .affine(), network: [LayerSpecification], changes: ChannelHalf = .second
  ) -> BijectionSpecification {
    .init(NetworkCoupling.Description(transform: transform, network: network, changes: changes))
  }

  /// Each feature of a vector is changed as a masked network of the features before it says (MADE): G. Papamakarios, T. Pavlakou
  /// and I. Murray, Masked autoregressive flow, 2017. Its inverse takes as many passes as there are features.
  public static func autoregressive(
    _ transform: CouplingTransform = .affine(), hidden: [Int]
  ) -> BijectionSpecification {
    .init(MaskedAutoregressive.Description(transform: transform, hidden: hidden))
  }

  /// y = (x − mean) / deviation by channel, trained from a start that gives the first examples mean 0 and variance 1 (Glow).
  public static var activationNormalization: BijectionSpecification {
    .init(ActivationNormalization.Description())
  }

  /// Batch normalization by channel as a bijection (Real NVP, section 3.7): the batch's statistics in training, running
  /// averages in use.
  public static func batchNormalization(momentum: Float = 0.1) -> BijectionSpecification {
    .init(BatchNormalizationBijection.Description(momentum: momentum))
  }

  /// Channel i of the result is channel `order[i]`.
  public static func permutation(_ order: [Int]) -> BijectionSpecification {
    .init(ChannelPermutation.Description(order: order))
  }

  /// Channels in reverse order.
  public static var reversal: BijectionSpecification { .init(ChannelPermutation.Reversal()) }

  /// y = W x of the channels, W = P L U with a trained triangle on either side (Glow's invertible 1 × 1 convolution on images).
  public static var linear: BijectionSpecification { .init(InvertibleLinear.Description()) }

  /// `[height, width, channels]` to `[height/2, width/2, 4 channels]`. With `checkerboard` the first half of the channels holds the
  /// pixels of one colour of a checkerboard, otherwise the pixels of the upper row.
  public static func squeeze(checkerboard: Bool = false) -> BijectionSpecification {
    .init(Squeeze.Description(checkerboard: checkerboard))
  }

  /// Half of the channels are done and go to the base distribution as they are (Real NVP, section 3.6).
  public static var split: BijectionSpecification { .init(SplitDescription()) }

  /// `[height, width, channels]` to `[height · width · channels]`.
  public static var flatten: BijectionSpecification { .init(Flattening.Description()) }

  /// y = ln s / (1 − s) with s = alpha + (1 − 2 alpha) x, for x in 0...1.
  public static func logit(alpha: Float = 0.05) -> BijectionSpecification {
    .init(Logit.Description(alpha: alpha))
  }

  /// y = 1 / (1 + e⁻ˣ).
  public static var sigmoid: BijectionSpecification { .init(Logit.Sigmoid()) }

  /// y = scale · x + shift, not trained.
  public static func rescaling(scale: Float, shift: Float) -> BijectionSpecification {
    .init(Rescaling.Description(scale: scale, shift: shift))
  }

  /// y = (x − mean) / deviation of each feature over the training examples; features that don't vary are only centred.
  public static var standardization: BijectionSpecification { .init(StandardizationBijection.Description()) }

  /// The bijection turned round.
  public static func inverse(_ bijection: BijectionSpecification) -> BijectionSpecification {
    .init(InverseBijection.Description(bijection: bijection))
  }
}
