/// A `Residual` block of layers, as data.
public struct ResidualDescription: LayerDescription {
  public static let name = "residual"

  public var layers: [LayerSpecification]

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    let body = try LayerChain(layers, exampleShape: input, tensors)
    try require(
      body.outputShape == input,
      "a residual block, has layers from \(input) to \(body.outputShape); they must keep the shape")
    return BuiltLayer(Residual(body), outputShape: input)
  }
}
