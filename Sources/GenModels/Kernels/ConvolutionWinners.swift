import CKernels

/// The spatial winners of activation(x ∗ weights + bias): `spatialWinners(convolution(...))`, without an image in
/// memory where the kernel has few taps and channels or minimal filtering computes it.
///
/// Of values that are equal before the bias is added the first wins, row by row.
package func convolutionWinners(
  _ x: Tensor, weights: Tensor, bias: Tensor?, activation: Activation,
  geometry: ConvolutionGeometry
) -> WinnerCode<Tensor> {
  guard activation != .sigmoid, geometry.batch > 0, let pass = ConvolutionPass.winners(geometry) else {
    return spatialWinners(
      convolution(x, weights: weights, bias: bias, activation: activation, geometry: geometry))
  }
  geometry.check(input: x)
  geometry.check(weights: weights)
  geometry.check(bias: bias)
  return pass.runWinners(
    x, weights: weights, bias: bias, isReLU: activation == .relu, height: geometry.outputHeight,
    width: geometry.outputWidth)
}

extension ConvolutionPass {
  /// The pass that finds winners without storing images; nil where the convolution is computed in another way.
  fileprivate static func winners(_ g: ConvolutionGeometry) -> ConvolutionPass? {
    var shape = g.kernelShape
    let pass = forward(g)
    if pass.method == .filteredCorrelate { return pass }
    guard kernels.convolution.winners_fit(&shape) != 0 else { return nil }
    return ConvolutionPass(shape: shape, batch: g.batch, order: ood_weights_plain, method: .correlate)
  }

  fileprivate func runWinners(
    _ x: Tensor, weights: Tensor, bias: Tensor?, isReLU: Bool, height: Int, width: Int
  ) -> WinnerCode<Tensor> {
    let prepared = prepared(weights)
    let maps = shape.target_channels
    let values = Buffer<Float>(count: batch * maps)
    let positions = Buffer<Int32>(count: batch * maps)
    let imageSize = shape.source_height * shape.source_width * shape.source_channels
    parallelFor(batch, grain: method == .filteredCorrelate ? imagesInChunk : 2) { images in
      var shape = shape
      let first = images.lowerBound
      let source = x.buffer.base + first * imageSize
      let (largest, places) = (values.base + first * maps, positions.base + first * maps)
      if method == .filteredCorrelate {
        let scratch = Buffer<Float>(count: kernels.winograd.scratch(&shape, images.count))
        kernels.winograd.winners(
          &shape, images.count, source, prepared.base, bias?.buffer.base, isReLU ? 1 : 0, largest, places,
          scratch.base)
      } else {
        let scratch = Buffer<Float>(count: kernels.convolution.winners_scratch(&shape))
        kernels.convolution.winners(
          &shape, images.count, source, prepared.base, bias?.buffer.base, isReLU ? 1 : 0, largest, places,
          scratch.base)
      }
    }
    let codeShape: Shape = [batch, maps]
    return WinnerCode(
      positions: Indexes(shape: codeShape, buffer: positions),
      values: Tensor(shape: codeShape, buffer: values),
      height: height, width: width)
  }
}
