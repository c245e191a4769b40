/// A `SubpixelShuffle`, as data.
public struct SubpixelDescription: LayerDescription {
  public static let name = "subpixel"

  public var factor: Int

  public init(factor: Int) { self.factor = factor }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try requireImages(input, "a subpixel layer")
    try require((1...64).contains(factor), "a subpixel layer, can't have the factor \(factor)")
    try require(
      input[2] % (factor * factor) == 0 && input[0] <= 1 << 20 && input[1] <= 1 << 20,
      "a subpixel layer of factor \(factor), takes a multiple of \(factor * factor) channels, not \(input[2])"
    )
    return BuiltLayer(
      SubpixelShuffle(factor: factor),
      outputShape: [factor * input[0], factor * input[1], input[2] / (factor * factor)])
  }
}

extension LayerSpecification {
  /// `[height, width, factor² · channels]` to `[factor · height, factor · width, channels]`.
  public static func subpixel(factor: Int) -> LayerSpecification {
    .init(SubpixelDescription(factor: factor))
  }
}
