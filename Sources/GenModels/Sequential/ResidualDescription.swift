/// A `Residual` block of layers, as data.
public struct ResidualDescription: LayerDescription {
  public static let name = "residual"

  public var layers: [LayerSpecification]

  public func outputShape(after input: Shape) throws(ModelFileError) -> Shape? {
    try requireSame(input, LayerChain.outputShape(of: layers, after: input) ?? input)
    return input
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    _ = try outputShape(after: input)
    let body = try LayerChain(layers, exampleShape: input, tensors)
    try requireSame(input, body.outputShape)
    return BuiltLayer(Residual(body), outputShape: input)
  }

  private func requireSame(_ input: Shape, _ output: Shape) throws(ModelFileError) {
    try require(
      output == input, "a residual block, has layers from \(input) to \(output); they must keep the shape")
  }
}
