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
    var layer = BatchNorm(channels: channels[0])
    layer.scale = Parameter(try tensors.constant("scale", channels, 1))
    layer.shift = Parameter(try tensors.constant("shift", channels, 0))
    layer.runningMean = RunningState(try tensors.constant("runningMean", channels, 0))
    layer.runningVariance = RunningState(try tensors.constant("runningVariance", channels, 1))
    return BuiltLayer(layer, outputShape: input)
  }
}
