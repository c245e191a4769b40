import CKernels

/// y = activation(x ∗ weights + bias), of shape `geometry.outputShape`.
///
/// - Parameters:
///   - x: Images `[batch, height, width, inChannels]`.
///   - weights: `[kernelHeight, kernelWidth, inChannels, outChannels]`.
///   - bias: `[outChannels]`, or nil for none.
package func convolution(
  _ x: Tensor, weights: Tensor, bias: Tensor? = nil, activation: Activation = .identity,
  geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(input: x)
  geometry.check(weights: weights)
  geometry.check(bias: bias)
  return ConvolutionPass.forward(geometry).run(
    x, gate: nil, weights: weights, bias: bias, activation: activation, result: geometry.outputShape)
}

/// The gradient of `convolution` to its input: the upstream gradient spread through the weights.
///
/// - Parameters:
///   - upstream: Gradient to the convolution's result, `geometry.outputShape`.
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive, and is 0 elsewhere.
package func convolutionInputGradient(
  _ upstream: Tensor, weights: Tensor, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(upstream: upstream, gate: gate)
  geometry.check(weights: weights)
  return ConvolutionPass.inputGradient(geometry).run(
    upstream, gate: gate, weights: weights, bias: nil, activation: .identity, result: geometry.inputShape)
}

/// The gradient of `convolution` to its weights, of shape `geometry.weightShape`.
///
/// - Parameters:
///   - x: The convolution's input.
///   - upstream: Gradient to the convolution's result, `geometry.outputShape`.
///   - gate: The layer's ReLU output; the upstream gradient is taken where it is positive, and is 0 elsewhere.
package func convolutionWeightGradient(
  _ x: Tensor, upstream: Tensor, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> Tensor {
  geometry.check(input: x)
  geometry.check(upstream: upstream, gate: gate)
  if let filtered = FilteredWeightGradientPass(geometry) {
    return filtered.run(x, upstream: upstream, gate: gate, result: geometry.weightShape)
  }
  return ConvolutionWeightGradientPass(geometry).run(
    x, upstream: upstream, gate: gate, result: geometry.weightShape)
}

/// The gradients of a convolution to its weights and its bias: in one pass over the upstream gradient where that can be.
package func convolutionWeightAndBiasGradient(
  _ x: Tensor, upstream: Tensor, gate: Tensor? = nil, geometry: ConvolutionGeometry
) -> (weights: Tensor, bias: Tensor) {
  geometry.check(input: x)
  geometry.check(upstream: upstream, gate: gate)
  if FilteredWeightGradientPass(geometry) == nil,
    let both = ConvolutionWeightGradientPass(geometry).runWithBias(
      x, upstream: upstream, gate: gate, result: geometry.weightShape)
  {
    return both
  }
  return (
    convolutionWeightGradient(x, upstream: upstream, gate: gate, geometry: geometry),
    biasGradient(upstream, gate: gate)
  )
}

/// The gradient of a convolution (or of anything with a bias on its last axis) to its bias: the sum of the
/// upstream gradient over all axes but the last, taken where `gate` (the layer's ReLU output) is positive.
package func biasGradient(_ upstream: Tensor, gate: Tensor? = nil) -> Tensor {
  sums(upstream, gate: gate, gated: nil)
}

/// The same with the upstream gradient behind the gate, zero where the gate is closed: both in one pass.
package func gatedGradient(_ upstream: Tensor, gate: Tensor) -> (gated: Tensor, bias: Tensor) {
  let gated = Buffer<Float>(count: upstream.count)
  let bias = sums(upstream, gate: gate, gated: gated)
  return (Tensor(shape: upstream.shape, buffer: gated), bias)
}

private func sums(_ upstream: Tensor, gate: Tensor?, gated: Buffer<Float>?) -> Tensor {
  precondition(
    upstream.rank >= 1 && (gate == nil || gate!.shape == upstream.shape),
    """
    A bias weightGradient sums over all axes but the last, and a gate has its upstream weightGradient's shape; here they \
    have the shapes \(upstream.shape) and \(gate.map { "\($0.shape)" } ?? "none").
    """)
  let columns = upstream.shape[upstream.rank - 1]
  let rows = upstream.count / max(1, columns)
  // Pieces of a fixed length, whose sums are added in order.
  let grain = max(64, (1 << 16) / max(1, columns))
  let pieces = max(1, (rows + grain - 1) / grain)
  let partial = Buffer<Float>(count: pieces * columns)
  parallelFor(pieces, grain: 1) { range in
    for piece in range {
      let start = piece * grain
      kernels.convolution.bias_gradient(
        min(rows, start + grain) - start, columns, upstream.buffer.base + start * columns,
        gate.map { $0.buffer.base + start * columns }, gated.map { $0.base + start * columns },
        partial.base + piece * columns)
    }
  }
  return Tensor(shape: [columns]) { sums in
    kernels.convolution.bias_gradient(pieces, columns, partial.base, nil, nil, sums.baseAddress!)
  }
}

extension ConvolutionGeometry {
  /// The convolution seen from its input: correlate the input to get the output.
  package var kernelShape: ood_convolution_shape {
    ood_convolution_shape(
      source_height: inputHeight, source_width: inputWidth, source_channels: inChannels,
      target_height: outputHeight, target_width: outputWidth, target_channels: outChannels,
      kernel_height: kernelHeight, kernel_width: kernelWidth, stride: stride, top: top, left: left)
  }

  /// The convolution seen from its output: spread the output's gradient to get the input's.
  var adjointShape: ood_convolution_shape {
    ood_convolution_shape(
      source_height: outputHeight, source_width: outputWidth, source_channels: outChannels,
      target_height: inputHeight, target_width: inputWidth, target_channels: inChannels,
      kernel_height: kernelHeight, kernel_width: kernelWidth, stride: stride, top: top, left: left)
  }
}
