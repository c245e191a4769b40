/// The last layer of most classifiers: logits = features · weight + bias.
public struct LinearHead: Sendable, Equatable {
  /// `[features, classes]`.
  public let weight: Tensor
  /// `[classes]`.
  public let bias: Tensor

  /// Traps unless weight is `[features, classes]` and bias `[classes]`.
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.rank == 2 && bias.shape == [weight.shape[1]],
      "A last layer has weights [features, classes] and biases [classes], not \(weight.shape) and \(bias.shape)."
    )
    self.weight = weight
    self.bias = bias
  }

  public var featureCount: Int { weight.shape[0] }
  public var classCount: Int { weight.shape[1] }

  /// The logits `[examples, classes]` of features `[examples, features]`.
  public func logits(_ features: Tensor) -> Tensor { features.affine(weight: weight, bias: bias) }
}
