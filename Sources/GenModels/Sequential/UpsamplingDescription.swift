/// An `Upsampling` layer, as data.
public struct UpsamplingDescription: LayerDescription {
  public static let name = "upsampling"

  public var factor: Int

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try requireImages(input, "up-sampling")
    try require(
      (1...1 << 10).contains(factor)
        && Double(input.elementCount) * Double(factor) * Double(factor) <= Double(Int32.max),
      "up-sampling, can't enlarge images of shape \(input) by a factor of \(factor)")
    return BuiltLayer(
      Upsampling(factor: factor), outputShape: [input[0] * factor, input[1] * factor, input[2]])
  }
}
