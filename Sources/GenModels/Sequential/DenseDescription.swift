/// A `Dense` layer, as data.
public struct DenseDescription: LayerDescription {
  public static let name = "dense"

  public var units: Int
  public var activation: Activation

  public func outputShape(after input: Shape) throws(ModelFileError) -> Shape? {
    try activation.requireSense()
    try require(input.rank == 1, "fully connected, takes [features], not \(input); flatten first")
    try require(
      (1...1 << 24).contains(units) && units * input[0] <= Int(Int32.max),
      "fully connected, can't have \(units) units on \(input[0]) features")
    return [units]
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    _ = try outputShape(after: input)
    let layer = Dense(
      weight: try tensors.weights("weight", [input[0], units], fanIn: input[0], fanOut: units),
      bias: try tensors.constant("bias", [units], 0), activation: activation)
    return BuiltLayer(layer, outputShape: [units])
  }
}
