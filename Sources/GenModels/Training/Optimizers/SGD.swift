import CKernels

/// Stochastic gradient descent, with momentum (heavy ball or Nesterov's: I. Sutskever et al., 2013) and weight decay.
///
/// v ← momentum · v + g, then p ← p − rate · v; with Nesterov's momentum p ← p − rate · (g + momentum · v).
public struct SGD: Optimizer, Hashable, Codable {
  public var learningRate: Double
  public var momentum: Double
  public var isNesterov: Bool
  public var weightDecay: Double

  public init(
    learningRate: Double = 0.01, momentum: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  public var stateCount: Int { momentum == 0 ? 0 : 1 }

  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: Int, learningRate: Double,
    gradientScale: Double
  ) {
    let settings = ood_sgd(
      learning_rate: learningRate, momentum: momentum, weight_decay: weightDecay,
      gradient_scale: gradientScale,
      nesterov: isNesterov ? 1 : 0)
    updateInPlace(&parameter, gradient: gradient, state: &state) { count, p, g, s in
      kernels.optimizer.sgd(settings, p, g, s.first, count)
    }
  }
}
