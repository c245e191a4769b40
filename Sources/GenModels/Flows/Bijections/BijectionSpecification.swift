/// A bijection of a flow, as data: what is saved beside the parameters, and what a flow is built from.
///
/// Shapes are not given: they follow from the bijection before. Examples are vectors `[features]` or images
/// `[height, width, channels]`; "channels" below is the last axis of either.
public indirect enum BijectionSpecification: Sendable, Hashable, Codable {
  /// One half of the channels is changed as a network of the other half says. On vectors the network is fully connected with
  /// these `hidden` units and ReLU; on images it has two hidden layers of `hidden[0]` and `hidden[1]` channels, with
  /// kernels of 3, 1 and 3 pixels (Glow).
  case coupling(CouplingTransform = .affine(), hidden: [Int], changes: Half = .second)
  /// Each feature of a vector is changed as a masked network of the features before it says (MADE): G. Papamakarios, T. Pavlakou
  /// and I. Murray, Masked autoregressive flow, 2017. Its inverse takes as many passes as there are features.
  case autoregressive(CouplingTransform = .affine(), hidden: [Int])
  /// y = (x − mean) / deviation by channel, trained from a start that gives the first examples mean 0 and variance 1 (Glow).
  case activationNormalization
  /// Batch normalization by channel as a bijection (Real NVP, section 3.7): the batch's statistics in training, running
  /// averages in use.
  case batchNormalization(momentum: Float = 0.1)
  /// Channel i of the result is channel `order[i]`.
  case permutation([Int])
  /// Channels in reverse order.
  case reversal
  /// y = W x of the channels, W = P L U with a trained triangle on either side (Glow's invertible 1 × 1 convolution on images).
  case linear
  /// `[height, width, channels]` to `[height/2, width/2, 4 channels]`. With `checkerboard` the first half of the channels holds the
  /// pixels of one colour of a checkerboard, otherwise the pixels of the upper row.
  case squeeze(checkerboard: Bool = false)
  /// Half of the channels are done and go to the base distribution as they are (Real NVP, section 3.6).
  case split
  /// `[height, width, channels]` to `[height · width · channels]`.
  case flatten
  /// y = ln s / (1 − s) with s = alpha + (1 − 2 alpha) x, for x in 0...1.
  case logit(alpha: Float = 0.05)
  /// y = 1 / (1 + e⁻ˣ).
  case sigmoid
  /// y = scale · x + shift, not trained.
  case rescaling(scale: Float, shift: Float)
  /// y = (x − mean) / deviation of each feature over the training examples; features that don't vary are only centred.
  case standardization
  case inverse(BijectionSpecification)

  /// One half of the channels; of an odd number the first half is the smaller one.
  public enum Half: String, Sendable, Hashable, Codable {
    case first, second

    public var other: Half { self == .first ? .second : .first }
  }
}
