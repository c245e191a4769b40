/// Nearest-neighbour up-sampling, also called unpooling: each pixel becomes a square of `factor` × `factor` equal pixels.
public struct Upsampling: Layer {
  public var factor: Int

  public init(factor: Int) {
    precondition(factor >= 1, "Images are enlarged by a factor of 1 or more, not \(factor).")
    self.factor = factor
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x.upsampled(by: factor)
  }
}
