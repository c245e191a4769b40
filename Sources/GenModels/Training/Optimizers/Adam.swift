import CKernels

/// Adam (D. P. Kingma and J. Ba, 2015, algorithm 1); with `decoupledWeightDecay`, AdamW (I. Loshchilov and F. Hutter, 2019).
///
/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², p ← p − rate · m̂ / (√v̂ + ε) with both averages corrected for their
/// start at zero. AdamW first shrinks p by 1 − rate · decay.
public struct Adam: Optimizer, Hashable, Codable {
  public var learningRate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// AdamW's weight decay; 0 for plain Adam.
  public var decoupledWeightDecay: Double

  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    decoupledWeightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.decoupledWeightDecay = decoupledWeightDecay
  }

  /// AdamW with its paper's weight decay of 0.01.
  public static func adamW(learningRate: Double = 1e-3, weightDecay: Double = 0.01) -> Adam {
    Adam(learningRate: learningRate, decoupledWeightDecay: weightDecay)
  }

  public var stateCount: Int { 2 }

  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: Int, learningRate: Double,
    gradientScale: Double
  ) {
    let settings = ood_adam(
      learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weight_decay: decoupledWeightDecay, gradient_scale: gradientScale,
      correction1: 1 - power(beta1, step), correction2: 1 - power(beta2, step), decoupled: 1)
    updateInPlace(&parameter, gradient: gradient, state: &state) { count, p, g, s in
      kernels.optimizer.adam(settings, p, g, s[0], s[1], count)
    }
  }

  /// base to a whole power, by squaring: the same bits on every platform.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}
