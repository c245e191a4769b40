/// A `BatchNorm` layer, as data.
public struct BatchNormalizationDescription: LayerDescription {
  public static let name = "batchNormalization"

  public init() {}

  public func outputShape(after input: Shape) throws(ModelFileError) -> Shape? {
    try require(input.rank >= 1, "batch-norm, needs channels, not a scalar")
    return input
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    _ = try outputShape(after: input)
    let channels: Shape = [input[input.rank - 1]]
    // From what is stored, and never made first: a file may tell of more channels than there is memory for.
    let layer = BatchNorm(
      scale: try tensors.constant("scale", channels, 1),
      shift: try tensors.constant("shift", channels, 0),
      runningMean: try tensors.constant("runningMean", channels, 0),
      runningVariance: try tensors.constant("runningVariance", channels, 1))
    return BuiltLayer(layer, outputShape: input)
  }
}
