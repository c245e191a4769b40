/// Larger images from more channels: `[batch, height, width, factor² · channels]` becomes `[batch, factor · height, factor · width, channels]`
/// (W. Shi and others, 2016). After a convolution it is the subpixel convolution, which computes no zeros.
public struct SubpixelShuffle: Layer {
  public let factor: Int

  /// Traps when the factor is below 1.
  public init(factor: Int) {
    precondition(factor >= 1, "Images grow by a factor of 1 or more, and \(factor) was given.")
    self.factor = factor
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    let shape = x.shape
    precondition(
      shape.rank == 4 && shape[3] % (factor * factor) == 0,
      "A subpixel layer of factor \(factor) takes images with a multiple of \(factor * factor) channels, not \(shape)."
    )
    let channels = shape[3] / (factor * factor)
    return x.reshaped([shape[0], shape[1], shape[2], factor, factor, channels])
      .transposed([0, 1, 3, 2, 4, 5])
      .reshaped([shape[0], factor * shape[1], factor * shape[2], channels])
  }
}
