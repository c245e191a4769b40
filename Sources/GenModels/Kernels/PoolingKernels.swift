import CKernels

/// The maximum over windows of `window.height` × `window.width` pixels that lie inside the image, `stride` apart:
/// `[batch, ⌊(height − window.height) / stride⌋ + 1, ..., channels]`.
///
/// - Returns: The maxima, and for each the flat index into `x` of the pixel it came from: the first of equal ones,
///   row by row. A NaN in a window wins, so that it is not hidden.
///
/// Traps when the window is larger than the image, or `x` has 2³¹ elements or more.
package func maximumPool(
  _ x: Tensor, window: (height: Int, width: Int), stride: Int
) -> (values: Tensor, positions: Indexes) {
  precondition(
    x.rank == 4, "Pooling takes images [batch, height, width, channels], and got the shape \(x.shape).")
  precondition(
    window.height >= 1 && window.width >= 1 && window.height <= x.shape[1] && window.width <= x.shape[2],
    "A pooling window of \(window.height) x \(window.width) pixels doesn't lie inside images of shape \(x.shape)."
  )
  precondition(stride >= 1, "Pooling's stride is 1 or more, and \(stride) was given.")
  precondition(
    x.count <= Int(Int32.max), "Positions in a tensor of shape \(x.shape) don't fit in 32 bits.")
  let channels = x.shape[3]
  let shape = ood_convolution_shape(
    source_height: x.shape[1], source_width: x.shape[2], source_channels: channels,
    target_height: (x.shape[1] - window.height) / stride + 1,
    target_width: (x.shape[2] - window.width) / stride + 1, target_channels: channels,
    kernel_height: window.height, kernel_width: window.width, stride: stride, top: 0, left: 0)
  let inputs = x.shape[1] * x.shape[2] * channels
  let outputs = shape.target_height * shape.target_width * channels
  let result: Shape = [x.shape[0], shape.target_height, shape.target_width, channels]
  let values = Buffer<Float>(count: result.elementCount)
  let positions = Buffer<Int32>(count: result.elementCount)
  parallelFor(x.shape[0], grain: 1 + (1 << 15) / max(1, inputs)) { images in
    var shape = shape
    kernels.convolution.maximum_pool(
      &shape, images.count, x.buffer.base + images.lowerBound * inputs, Int32(images.lowerBound * inputs),
      values.base + images.lowerBound * outputs, positions.base + images.lowerBound * outputs)
  }
  return (Tensor(shape: result, buffer: values), Indexes(shape: result, buffer: positions))
}
