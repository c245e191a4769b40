import GenModels

extension Flow: DifferentiableDensity {
  public var exampleShape: Shape { inputShape }

  public func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value { logDensities(of: x) }
}

extension Flow: BatchNormalizedDensity {
  /// Whether a bijection of the flow is a batch normalization.
  public var hasBatchNormalization: Bool { architecture.bijections.contains(where: \.isBatchNormalization) }

  /// ln p with every `batchNormalization` of the flow normalising by the batch. Without one it is `logDensity`.
  /// Where numbers overflow they are NaN.
  public func logDensityInTraining(_ x: Tensor) -> [Double] {
    let context = Context.training(using: RandomGenerator(seed: 0))
    return logDensities(of: x, context: context).withUnsafeElements { $0.map(Double.init) }
  }
}

extension BijectionSpecification {
  fileprivate var isBatchNormalization: Bool {
    switch self {
    case .batchNormalization: true
    case .inverse(let inner): inner.isBatchNormalization
    default: false
    }
  }
}
