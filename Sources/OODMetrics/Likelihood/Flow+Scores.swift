import GenModels

extension Flow: DifferentiableDensity {
  public var exampleShape: Shape { inputShape }

  public func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value { logDensities(of: x) }
}

extension Flow: BatchNormalizedDensity {
  /// ln p with every `batchNormalization` of the flow normalising by the batch. Without one it is `logDensity`.
  /// - Throws: `FlowError` as `logDensity` does.
  public func logDensityInTraining(_ x: Tensor) throws -> [Double] {
    // What logDensity refuses is refused here too; its numbers are not needed.
    let context = Context.training(using: RandomGenerator(seed: 0))
    return logDensities(of: x, context: context).withUnsafeElements { $0.map(Double.init) }
  }
}
