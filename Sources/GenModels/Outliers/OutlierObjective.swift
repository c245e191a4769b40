#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a classifier is to say of outliers while it is trained.
public enum OutlierObjective: Sendable, Hashable, Codable {
  /// Nothing certain: β KL(U ‖ p) beside the cross-entropy of the classes, with the uniform law U over the classes (K. Lee et al.,
  /// Training confidence-calibrated classifiers for detecting out-of-distribution samples, 2018).
  case uniform(beta: Float)
  /// A class of their own, the last one, whose cross-entropy counts by a weight. With a single class of inliers this is a
  /// discriminator.
  case extraClass(weight: Float)

  func requireSense() throws(OutlierGenerationError) {
    let weight: Float
    switch self {
    case .uniform(let beta): weight = beta
    case .extraClass(let share): weight = share
    }
    guard weight >= 0, weight.isFinite else {
      throw .invalidSetting(name: "weight of outliers", value: "\(weight)", expected: "at least 0")
    }
  }

  /// The outliers' part of the loss: a mean over the rows of logits `[outliers, classes]`, in nats.
  func loss<Value: TensorAlgebra>(_ logits: Value) -> Value {
    switch self {
    case .uniform(let beta): return Self.divergenceFromUniform(logits).mean() * beta
    case .extraClass(let weight):
      let labels = Indexes([Int](repeating: logits.shape[1] - 1, count: logits.shape[0]))
      return logits.crossEntropy(labels: labels).mean() * weight
    }
  }

  /// KL(U ‖ p) = −(1/K) Σ ln pₖ − ln K of each row of logits `[batch, K]`, in nats: 0 where all classes are equally probable.
  public static func divergenceFromUniform<Value: TensorAlgebra>(_ logits: Value) -> Value {
    -logits.logSoftmax().mean(axes: [1]) - logf(Float(logits.shape[1]))
  }
}
