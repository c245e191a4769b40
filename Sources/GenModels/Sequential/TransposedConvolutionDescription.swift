/// A `TransposedConvolution` with a square kernel, as data.
public struct TransposedConvolutionDescription: LayerDescription {
  public static let name = "transposedConvolution"

  public var channels: Int
  public var kernel: Int
  public var activation: Activation
  public var stride: Int

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    try requireImages(input, "a transposed convolution")
    try activation.requireSense()
    try require(
      (1...1 << 20).contains(channels) && (1...1 << 10).contains(kernel) && (1...1 << 10).contains(stride),
      "a transposed convolution, can't have \(channels) channels, a kernel of \(kernel) pixels and a stride of \(stride)"
    )
    let weightShape: Shape = [kernel, kernel, channels, input[2]]
    let output = [(input[0] - 1) * stride + kernel, (input[1] - 1) * stride + kernel, channels]
    try require(
      weightShape.elementCount <= Int(Int32.max)
        && output.reduce(1.0) { $0 * Double($1) } <= Double(Int32.max),
      "a transposed convolution, can't have weights \(weightShape) and images of shape \(output)")
    let taps = kernel * kernel
    let layer = TransposedConvolution(
      weight: try tensors.weights("weight", weightShape, fanIn: taps * input[2], fanOut: taps * channels),
      bias: try tensors.constant("bias", [channels], 0), activation: activation, stride: stride)
    return BuiltLayer(layer, outputShape: Shape(output))
  }
}
