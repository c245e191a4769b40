/// The penalty that keeps a critic's gradients near norm 1 (I. Gulrajani and others, Improved training of Wasserstein GANs, 2017).
public enum GradientPenalty {
  /// Points uniform on the lines between examples and generated ones: ε x + (1 − ε) x̃, one ε an example.
  public static func points(
    between x: Tensor, _ fake: Tensor, using random: inout RandomGenerator
  ) -> Tensor {
    precondition(
      x.shape == fake.shape, "Points lie between two batches of one shape, not \(x.shape) and \(fake.shape).")
    let weights = random.uniform(Shape([x.shape[0]] + Array(repeating: 1, count: x.rank - 1)))
    return fake + weights * (x - fake)
  }

  /// Mean over a batch of (‖∇f(x̂)‖ − 1)², the norm over all numbers of an example.
  ///
  /// The gradient is recorded, so that the penalty's own gradient reaches f's parameters by second derivatives. Each example of f
  /// depends on the same example of x̂ alone: f has no batch normalization.
  ///
  /// - Parameters:
  ///   - points: x̂, `[batch, ...]`.
  ///   - scope: Where f's parameters are recorded.
  ///   - function: f, `[batch, ...]` to `[batch, 1]`.
  public static func value(
    at points: Tensor, _ scope: TrainingScope, of function: (Variable) -> Variable
  ) -> Variable {
    let x = scope.variable(points)
    let gradient = function(x).gradient(withRespectTo: x)
    // The norm has no derivative at 0, where a ReLU network may well be; the tiny term gives it one.
    let norms = (gradient.flattened().squared().sum(axes: [1]) + 1e-12).squareRoot()
    return (norms - 1).squared().mean()
  }
}
