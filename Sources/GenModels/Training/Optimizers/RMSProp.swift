import CKernels

/// RMSProp (T. Tieleman and G. Hinton, 2012, lecture 6.5): v ← α v + (1 − α) g², p ← p − rate · g / (√v + ε).
public struct RMSProp: Optimizer, Hashable, Codable {
  public var learningRate: Double
  public var alpha: Double
  public var epsilon: Double
  public var weightDecay: Double

  public init(
    learningRate: Double = 1e-3, alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public var stateCount: Int { 1 }

  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: Int, learningRate: Double,
    gradientScale: Double
  ) {
    let settings = ood_rmsprop(
      learning_rate: learningRate, alpha: alpha, epsilon: epsilon, weight_decay: weightDecay,
      gradient_scale: gradientScale)
    updateInPlace(&parameter, gradient: gradient, state: &state) { count, p, g, s in
      kernels.optimizer.rmsprop(settings, p, g, s[0], count)
    }
  }
}
