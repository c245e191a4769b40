/// A `MaximumPooling` layer, as data.
public struct MaximumPoolingDescription: LayerDescription {
  public static let name = "maximumPooling"

  public var window: Int
  /// Nil for windows that stand side by side.
  public var stride: Int?

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try requireImages(input, "maximum pooling")
    try require(
      window >= 1 && window <= input[0] && window <= input[1] && (1...1 << 20).contains(stride ?? 1),
      "maximum pooling, can't have a window of \(window) pixels, \(stride ?? window) apart, on images of shape \(input)"
    )
    let layer = MaximumPooling(window: window, stride: stride)
    return BuiltLayer(
      layer,
      outputShape: [(input[0] - window) / layer.stride + 1, (input[1] - window) / layer.stride + 1, input[2]])
  }
}
