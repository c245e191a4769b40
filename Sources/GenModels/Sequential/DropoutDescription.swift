/// A `Dropout` layer, as data.
public struct DropoutDescription: LayerDescription {
  public static let name = "dropout"

  public var probability: Float

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try require(
      probability >= 0 && probability < 1, "dropout, can't have the probability \(probability)")
    return BuiltLayer(Dropout(probability: probability), outputShape: input)
  }
}
