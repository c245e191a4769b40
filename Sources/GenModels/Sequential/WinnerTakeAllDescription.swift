/// A `WinnerTakeAll` layer, as data.
public struct WinnerTakeAllDescription: LayerDescription {
  public static let name = "winnerTakeAll"

  public var channelSparsity: Double
  public var channelStride: Int?
  public var lifetimeRate: Double?

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try requireImages(input, "winner-take-all")
    try require(
      channelSparsity >= 0 && channelSparsity < 1 && (lifetimeRate ?? 1) > 0 && (lifetimeRate ?? 1) <= 1,
      "winner-take-all, can't have the sparsity \(channelSparsity) and the lifetime rate \(lifetimeRate ?? 1)"
    )
    try require(
      channelStride ?? 1 >= 1, "winner-take-all, can't have the channel stride \(channelStride ?? 0)")
    return BuiltLayer(
      WinnerTakeAll(
        channelSparsity: channelSparsity, channelStride: channelStride, lifetimeRate: lifetimeRate),
      outputShape: input)
  }
}
