/// An `Activation` as a layer of its own, as data.
public struct ActivationDescription: LayerDescription {
  public static let name = "activation"

  public var activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  private enum CodingKeys: String, CodingKey {
    case activation = "_0"
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try activation.requireSense()
    return BuiltLayer(ActivationLayer(activation), outputShape: input)
  }
}
