/// A `Convolution` with a square kernel, as data.
public struct ConvolutionDescription: LayerDescription {
  public static let name = "convolution"

  public var channels: Int
  public var kernel: Int
  public var activation: Activation
  public var padding: Padding
  public var stride: Int

  public func outputShape(after input: Shape) throws(ModelFileError) -> Shape? {
    try checkedShapes(after: input).output
  }

  /// The shapes of the weights and of one image that comes out.
  private func checkedShapes(after input: Shape) throws(ModelFileError) -> (weights: Shape, output: Shape) {
    try requireImages(input, "a convolution")
    try activation.requireSense()
    try require(
      (1...1 << 20).contains(channels) && (1...1 << 10).contains(kernel) && (1...1 << 10).contains(stride),
      "a convolution, can't have \(channels) channels, a kernel of \(kernel) pixels and a stride of \(stride)"
    )
    try require(
      padding != .valid || (kernel <= input[0] && kernel <= input[1]),
      "a convolution without padding, has a kernel of \(kernel) pixels, and images of shape \(input)")
    let weightShape: Shape = [kernel, kernel, input[2], channels]
    try require(
      weightShape.elementCount <= Int(Int32.max), "a convolution, can't have weights \(weightShape)")
    let geometry = ConvolutionGeometry(
      input: Shape([1] + input), weights: weightShape, stride: stride, padding: padding)
    return (weightShape, [geometry.outputHeight, geometry.outputWidth, channels])
  }

  public func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
    let shapes = try checkedShapes(after: input)
    let taps = kernel * kernel
    let layer = Convolution(
      weight: try tensors.weights("weight", shapes.weights, fanIn: taps * input[2], fanOut: taps * channels),
      bias: try tensors.constant("bias", [channels], 0),
      activation: activation, padding: padding, stride: stride)
    return BuiltLayer(layer, outputShape: shapes.output)
  }
}

extension Activation {
  /// Throws when a leaky ReLU's slope is negative.
  func requireSense() throws(ModelFileError) {
    if case .leakyReLU(let slope) = self, !(slope >= 0) {
      throw .malformed(reason: "can't have a leaky ReLU of slope \(slope); it is 0 or more")
    }
  }
}
