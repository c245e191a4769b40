extension Flow: DifferentiableDensity {
  public func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value { logDensities(of: x) }
}

extension Flow: BatchNormalizedDensity {
  /// Whether a bijection of the flow is a batch normalization.
  public var hasBatchNormalization: Bool {
    architecture.bijections.contains(where: \.description.isBatchNormalization)
  }

  /// ln p with every `batchNormalization` of the flow normalising by the batch. Without one it is `logDensity`.
  /// Where numbers overflow they are NaN.
  public func logDensityInTraining(_ x: Tensor) -> [Double] {
    let context = Context.training(using: RandomGenerator(seed: 0))
    return logDensities(of: x, context: context).withUnsafeElements { $0.map(Double.init) }
  }
}
