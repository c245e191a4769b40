/// Dropout (N. Srivastava et al., 2014): in training each element is zero with probability p, and divided by 1 − p otherwise;
/// in use everything passes.
public struct Dropout: Layer {
  public var probability: Float

  /// Traps unless 0 ≤ probability < 1.
  public init(probability: Float) {
    precondition(
      probability >= 0 && probability < 1,
      "A dropout probability lies in 0 ..< 1, and \(probability) does not.")
    self.probability = probability
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    guard context.isTraining, probability > 0 else { return x }
    let mask = context.withRandom {
      $0.bernoulli(x.shape, probability: 1 - probability, value: 1 / (1 - probability))
    }
    return x * x.constant(mask)
  }
}
