import CKernels

/// The spatial winners of activation(x ∗ weights + bias): `spatialWinners(convolution(...))`, without an image in
/// memory where the kernel has few taps and channels.
///
/// Of values that are equal before the bias is added the first wins, row by row.
package func convolutionWinners(
  _ x: Tensor, weights: Tensor, bias: Tensor?, activation: ConvolutionActivation, geometry: ConvolutionGeometry
) -> WinnerCode<Tensor> {
  var shape = geometry.kernelShape
  guard activation != .sigmoid, kernels.convolution.winners_fit(&shape) != 0, geometry.batch > 0 else {
    return spatialWinners(
      convolution(x, weights: weights, bias: bias, activation: activation, geometry: geometry))
  }
  geometry.check(input: x)
  geometry.check(weights: weights)
  geometry.check(bias: bias)
  let pass = ConvolutionPass(
    shape: shape, batch: geometry.batch, order: ood_weights_plain, method: .correlate)
  let packed = pass.prepared(weights)
  let (batch, maps) = (geometry.batch, geometry.outChannels)
  let values = Buffer<Float>(count: batch * maps)
  let positions = Buffer<Int32>(count: batch * maps)
  let imageSize = geometry.inputHeight * geometry.inputWidth * geometry.inChannels
  parallelFor(batch, grain: 2) { images in
    var shape = pass.shape
    let scratch = Buffer<Float>(count: kernels.convolution.winners_scratch(&shape))
    let first = images.lowerBound
    kernels.convolution.winners(
      &shape, images.count, x.buffer.base + first * imageSize, packed.base, bias?.buffer.base,
      activation == .relu ? 1 : 0, values.base + first * maps, positions.base + first * maps, scratch.base)
  }
  let codeShape: Shape = [batch, maps]
  return WinnerCode(
    positions: Indexes(shape: codeShape, buffer: positions), values: Tensor(shape: codeShape, buffer: values),
    height: geometry.outputHeight, width: geometry.outputWidth)
}
