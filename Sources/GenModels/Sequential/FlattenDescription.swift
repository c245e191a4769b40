/// `[batch, ...]` to `[batch, features]`, as data.
public struct FlattenDescription: LayerDescription {
  public static let name = "flatten"

  public init() {}

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    let shape: Shape = [input.elementCount]
    return BuiltLayer(Reshaping(shape), outputShape: shape)
  }
}
