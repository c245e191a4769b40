import CKernels

/// The function applied to a layer's sums.
public enum Activation: Sendable, Hashable, Codable {
  case identity
  /// max(y, 0); NaN stays NaN.
  case relu
  /// 1 / (1 + exp(−y)).
  case sigmoid
  case tanh
  /// ln(1 + exp(y)).
  case softplus
  /// y where y > 0, and slope · y elsewhere.
  case leakyReLU(slope: Float)

  /// The activation as the convolution kernels apply it while they store a result; nil where they don't.
  var kernel: ood_activation? {
    switch self {
    case .identity: ood_activation_identity
    case .relu: ood_activation_relu
    case .sigmoid: ood_activation_sigmoid
    case .tanh, .softplus, .leakyReLU: nil
    }
  }
}
