/// A density model whose ln p(x) can be differentiated by x: flows, and whatever else is made of differentiable operations.
public protocol DifferentiableDensity: DensityModel where Examples == Tensor {
  /// ln p of each example of a batch, shape `[examples]`, in nats; recorded when `x` is a `Variable`. The value of an example
  /// depends on nothing else in the batch.
  func recordedLogDensity<Value: TensorAlgebra>(_ x: Value) -> Value
}
