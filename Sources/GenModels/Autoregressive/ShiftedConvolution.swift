/// A convolution of images that sees nothing to the right of, or below, where masked kernels of autoregressive networks end: the kernel
/// has the visible taps alone, so nothing that a mask would remove is computed.
///
/// An output at row i sees the rows i − height + 1 ... i. A `downward` kernel sees columns on both sides; a `rightward` one those up to its
/// own. On an image that was shifted by a row (or a column) before, that is everything above (or to the left of) a pixel. T. Salimans,
/// A. Karpathy, X. Chen and D. P. Kingma, 2017.
struct ShiftedConvolution: Layer {
  enum Direction: Sendable { case downward, rightward }

  /// `[height, width, inChannels, outChannels]`.
  var weight: Parameter
  var bias: Parameter
  let direction: Direction
  let stride: Int

  init(
    _ direction: Direction, kernel: (height: Int, width: Int), inChannels: Int, outChannels: Int,
    stride: Int = 1,
    law: Initialization? = nil, _ tensors: TensorSource
  ) throws(ModelFileError) {
    let taps = kernel.height * kernel.width
    guard Double(taps) * Double(inChannels) * Double(outChannels) <= Double(Int32.max) else {
      throw .malformed(
        reason: "a convolution can't have \(inChannels) by \(outChannels) channels of \(taps) weights")
    }
    weight = Parameter(
      try tensors.weights(
        "weight", [kernel.height, kernel.width, inChannels, outChannels], fanIn: taps * inChannels,
        fanOut: taps * outChannels, law: law))
    bias = Parameter(try tensors.constant("bias", [outChannels], 0))
    self.direction = direction
    self.stride = stride
  }

  var kernelHeight: Int { weight.shape[0] }
  var kernelWidth: Int { weight.shape[1] }
  /// Columns to the left of the pixel that the kernel sees.
  var left: Int { direction == .downward ? (kernelWidth - 1) / 2 : kernelWidth - 1 }

  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    let geometry = ConvolutionGeometry(
      input: x.shape, weights: weight.shape, stride: stride, top: kernelHeight - 1, left: left,
      outputHeight: (x.shape[1] + stride - 1) / stride, outputWidth: (x.shape[2] + stride - 1) / stride)
    return x.convolved(weights: x.value(of: weight), bias: x.value(of: bias), geometry: geometry)
  }

  /// One row of the output, `[batch, width, outChannels]`, from the `kernelHeight` rows that it sees, `[batch, width, inChannels]` each, the
  /// last one its own; nil for rows above the image.
  func row(_ rows: [Tensor?]) -> Tensor {
    let known = rows.compactMap { $0 }
    let shape = known[0].shape
    let images = rows.map { row in
      (row ?? .zeros(shape)).reshaped([shape[0], 1, shape[1], shape[2]])
    }
    let slab = Tensor.concatenate(images, axis: 1)
    let width = (shape[1] + stride - 1) / stride
    let geometry = ConvolutionGeometry(
      input: slab.shape, weights: weight.shape, stride: stride, top: 0, left: left, outputHeight: 1,
      outputWidth: width)
    return slab.convolved(weights: weight.tensor, bias: bias.tensor, geometry: geometry)
      .reshaped([shape[0], width, weight.shape[3]])
  }

  /// One pixel of the output of a rightward kernel, `[batch, outChannels]`, from the pixels that it sees, row by row, `[batch, inChannels]`
  /// each; nil for those outside the image.
  func pixel(_ pixels: [Tensor?]) -> Tensor {
    let shape = pixels.compactMap { $0 }[0].shape
    let patch = Tensor.concatenate(pixels.map { $0 ?? .zeros(shape) }, axis: 1)
    return patch.affine(
      weight: weight.tensor.reshaped([patch.shape[1], weight.shape[3]]), bias: bias.tensor)
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("weight", &weight)
    visitor.visit("bias", &bias)
  }
}

extension TensorAlgebra {
  /// Images moved down by a row, with zeros above.
  func movedDown() -> Self {
    sliced(axis: 1, 0..<shape[1] - 1).zeroPadded(axis: 1, before: 1, after: 0)
  }

  /// Images moved right by a column, with zeros to the left.
  func movedRight() -> Self {
    sliced(axis: 2, 0..<shape[2] - 1).zeroPadded(axis: 2, before: 1, after: 0)
  }

  /// A fully connected layer of each pixel: a convolution of one tap, over whatever axes come first.
  func eachPixel(_ layer: Dense) -> Self {
    let channels = shape[shape.rank - 1]
    let pixels = tensor.count / max(1, channels)
    let y = layer(reshaped([pixels, channels]), .inference)
    return y.reshaped(Shape(Array(shape.dropLast()) + [layer.bias.shape[0]]))
  }

  /// A row for each example added to all of its pixels.
  func addingToPixels(_ rows: Self?) -> Self {
    guard let rows else { return self }
    let ones = [Int](repeating: 1, count: shape.rank - 2)
    return self + rows.reshaped(Shape([rows.shape[0]] + ones + [rows.shape[1]]))
  }
}
