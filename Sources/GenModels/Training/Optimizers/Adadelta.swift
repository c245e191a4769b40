import CKernels

/// Adadelta (M. D. Zeiler, 2012, algorithm 1), with a learning rate, which is 1 in the paper.
///
/// s ← ρ s + (1 − ρ) g², d = g · √(u + ε) / √(s + ε), u ← ρ u + (1 − ρ) d², p ← p − rate · d.
public struct Adadelta: Optimizer, Hashable, Codable {
  public var learningRate: Double
  public var rho: Double
  public var epsilon: Double
  public var weightDecay: Double

  public init(learningRate: Double = 1, rho: Double = 0.95, epsilon: Double = 1e-6, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.rho = rho
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public var stateCount: Int { 2 }

  public func update(
    _ parameter: inout Tensor, gradient: Tensor, state: inout [Tensor], step: Int, learningRate: Double,
    gradientScale: Double
  ) {
    let settings = ood_adadelta(
      learning_rate: learningRate, rho: rho, epsilon: epsilon, weight_decay: weightDecay,
      gradient_scale: gradientScale)
    updateInPlace(&parameter, gradient: gradient, state: &state) { count, p, g, s in
      kernels.optimizer.adadelta(settings, p, g, s[0], s[1], count)
    }
  }
}
